import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { check } from '../../scripts/checks.mjs';
import { listen } from './processes.mjs';

const PUBLIC_URL = 'https://api.example.com';
const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};
const WHOAMI = { name: 'whoami', arguments: {} };
const ADOPT = { name: 'adopt', arguments: { name: 'Tom' } };

/** Starts an application with two MCP servers, and sends them messages. */
export async function checkMcp(name, home) {
  const { resolve } = createRequire(join(home, 'package.json'));
  const kit = await import(pathToFileURL(resolve('nestjs-resource-server/testing')).href);
  const issuer = await kit.createTestIssuer();
  const env = { ISSUER: issuer.url, AUDIENCE: issuer.audience };
  const app = await listen('dist/src/main.js', { cwd: home, env });
  for (const path of ['/sdk', '/nest']) {
    const ask = async (what, claims, [method, params], status, pattern) => {
      const token = claims && issuer.mint({ aud: PUBLIC_URL + path, sub: 'ann', ...claims });
      const response = await fetch(app.url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      const text = `${response.headers.get('www-authenticate')} ${await response.text()}`;
      const isExpected = response.status === status && pattern.test(text);
      check(`${name}: ${path} answers ${status} to ${what}`, isExpected, text);
    };
    const metadata = new RegExp(`${PUBLIC_URL}/.well-known/oauth-protected-resource${path}"`);
    const list = ['tools/list', {}];
    await ask('initialize without a token', undefined, ['initialize', INITIALIZE], 401, metadata);
    await ask('tools/list without a token', undefined, list, 401, metadata);
    await ask('tools/call without a token', undefined, ['tools/call', WHOAMI], 401, metadata);
    await ask('a token for the API', { aud: issuer.audience }, list, 401, /audience_mismatch/);
    await ask('initialize', {}, ['initialize', INITIALIZE], 200, /"cats"/);
    await ask('tools/list', {}, list, 200, /"whoami"/);
    await ask('tools/call', {}, ['tools/call', WHOAMI], 200, /You are ann/);
    await ask('a call without its scope', {}, ['tools/call', ADOPT], 403, /scope="write:cats"/);
    const scope = 'write:cats';
    await ask('a call with its scope', { scope }, ['tools/call', ADOPT], 200, /Adopted Tom/);
  }
  app.stop();
  await issuer.close();
}
