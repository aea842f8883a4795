import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { check } from '../../scripts/checks.mjs';
import { listen, run } from './processes.mjs';

/** Starts a compiled application with a test issuer of its own package, and sends requests. */
export async function checkAnswers(name, home) {
  const { resolve } = createRequire(join(home, 'package.json'));
  const kit = await import(pathToFileURL(resolve('nestjs-resource-server/testing')).href);
  const issuer = await kit.createTestIssuer();
  const env = { ISSUER: issuer.url, AUDIENCE: issuer.audience };
  const app = await listen('dist/src/main.js', { cwd: home, env });

  const ask = async (method, path, claims) => {
    const headers = claims && { authorization: `Bearer ${issuer.mint(claims)}` };
    const response = await fetch(app.url + path, { method, headers });
    const challenge = response.headers.get('www-authenticate');
    return { status: response.status, challenge, body: await response.text() };
  };
  const expectAnswer = async (what, [method, path, claims], status, pattern) => {
    const answer = await ask(method, path, claims);
    const text = `${answer.challenge} ${answer.body}`;
    check(
      `${name}: answers ${status} ${what}`,
      answer.status === status && pattern.test(text),
      JSON.stringify(answer),
    );
  };

  await expectAnswer('without a token', ['GET', '/cats'], 401, /^Bearer /);
  await expectAnswer('with a token', ['GET', '/cats', { sub: 'ann' }], 200, /"owner":"ann"/);
  await expectAnswer('when a scope is missing', ['POST', '/cats', {}], 403, /scope="write:cats"/);
  const cat = { scope: 'write:cats', color: 'red' };
  await expectAnswer('with the scope', ['POST', '/cats', cat], 201, /"color":"RED"/);
  await expectAnswer('when a claim is missing', ['GET', '/cats/admin', {}], 401, /invalid_token/);
  const admin = { realm_access: { roles: ['admin'] } };
  await expectAnswer('with the claim', ['GET', '/cats/admin', admin], 200, /admin/);
  await expectAnswer('on a public route', ['GET', '/cats/public'], 200, /public/);
  app.stop();

  const doctor = async (claims) => {
    const input = issuer.mint(claims);
    const command = ['doctor', '--app', 'dist/src/app.module.js', '--route', 'POST /cats', '-'];
    const bin = 'node_modules/.bin/nestjs-resource-server';
    return { input, ...(await run(bin, command, home, { env, input })) };
  };
  const good = await doctor({ scope: 'write:cats' });
  check(`${name}: the doctor accepts a good token`, good.code === 0, good.text);
  const poor = await doctor({});
  const says = poor.code === 1 && poor.text.includes('write:cats');
  check(`${name}: the doctor says which scope is missing`, says, poor.text);
  const signature = poor.input.split('.')[2];
  check(`${name}: the doctor does not print the token`, !poor.text.includes(signature));
  if (process.env.KEEP) console.log(poor.text);
  await issuer.close();
}
