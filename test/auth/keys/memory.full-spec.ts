import { execFile } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { type CompiledSource, compileSource } from '../../support/compile.js';

const run = promisify(execFile);
const MEBIBYTE = 1024 * 1024;

/** Fetches keys in a process of its own, and prints by how much its memory grew. */
const PROGRAM = `
  const [directory, issuer] = process.argv.slice(1);
  const { JwksSource } = await import(directory + '/keys/jwks-source.js');
  const { Clock } = await import(directory + '/clock.js');
  const jwksUri = issuer + '.well-known/jwks.json';
  const source = new JwksSource({ issuer, jwksUri }, 5000, new Clock());
  const attempt = () => source.fetch().then(() => 'keys', () => 'failure');
  await attempt(); // loads the code that all attempts need
  const before = process.memoryUsage.rss();
  let most = before;
  const measure = () => (most = Math.max(most, process.memoryUsage.rss()));
  const timer = setInterval(measure, 1);
  const outcomes = [];
  for (let index = 0; index < 5; index++) {
    outcomes.push(await attempt());
    gc(); // attempts are seconds apart in production
  }
  clearInterval(timer);
  console.log(JSON.stringify({ outcomes, bytes: measure() - before }));
  process.exit();
`;

/** Verifies tokens of padded headers in a process of its own, and prints the bytes kept of each. */
const PADDED = `
  import 'reflect-metadata';
  const [directory] = process.argv.slice(1);
  const { NestFactory } = await import('@nestjs/core');
  const { AccessTokenVerifier, AuthModule } = await import(directory + '/index.js');
  const { credentialsOf } = await import(directory + '/token/credentials.js');
  const { createTestIssuer } = await import(directory + '/testing/index.js');
  const issuer = await createTestIssuer({ algorithms: ['ES256'] });
  const { url, audience, jwksUri } = issuer;
  const module = AuthModule.forRoot({ issuer: url, audience, jwksUri, algorithms: ['ES256'] });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  const verifier = app.get(AccessTokenVerifier);
  const verifySome = async (count, from) => {
    for (let index = 0; index < count; index++) {
      const text = 'Bearer ' + ' '.repeat(14_000) + issuer.mint({ jti: String(from + index) });
      const headers = { authorization: Buffer.from(text).toString('latin1') };
      await verifier.verify(credentialsOf({ headers, rawHeaders: [] }, ['Bearer']).token);
    }
    gc();
    return process.memoryUsage().heapUsed;
  };
  const before = await verifySome(100, 0);
  console.log((await verifySome(1000, 100) - before) / 1000);
  process.exit();
`;

const options = ['--expose-gc', '--input-type=module', '--eval'];

describe('an accepted token', () => {
  it('is kept without the spaces that stood before it', async () => {
    const compiled = await compileSource();
    const directory = join(compiled.directory, 'auth');
    const args = [...options, PADDED, pathToFileURL(directory).href];
    // In the project, where Node finds the packages.
    const { stdout } = await run(process.execPath, args, { cwd: compiled.directory });
    await compiled.remove();
    expect(Number(stdout)).toBeGreaterThan(300);
    expect(Number(stdout)).toBeLessThan(6000);
  });
});

describe('an answer of 50 MB', () => {
  let compiled: CompiledSource;
  let issuer: TestIssuer;

  beforeAll(async () => {
    [compiled, issuer] = await Promise.all([compileSource(), createTestIssuer()]);
  });

  afterAll(() => Promise.all([compiled.remove(), issuer.close()]));

  const bomb = gzipSync(Buffer.alloc(50 * MEBIBYTE, ' '));
  const gzipBomb: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  };

  it.each([
    ['JSON', 'huge' as const],
    ['gzip that transfers 50 kB', gzipBomb],
  ])('takes at most 40 MB of memory: %s', async (_, fault) => {
    issuer.fail(fault);
    const directory = pathToFileURL(join(compiled.directory, 'auth')).href;
    const { stdout } = await run(process.execPath, [...options, PROGRAM, directory, issuer.url]);
    const { outcomes, bytes } = JSON.parse(stdout) as { outcomes: string[]; bytes: number };
    expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'failure'));
    expect(bytes).toBeLessThan(40 * MEBIBYTE);
  });
});
