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

/** Fetches keys in a process of its own, where nothing else takes memory, and says how much more it took. */
const PROGRAM = `
  const { fetchPublishedKeys } = await import(process.argv[1]);
  const options = { issuer: process.argv[2], jwksUri: process.argv[2] + '.well-known/jwks.json' };
  const attempt = () => fetchPublishedKeys(options, AbortSignal.timeout(5000)).then(() => 'keys', () => 'failure');
  await attempt(); // what the first request loads is not the answer's doing
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 1);
  const outcomes = [];
  for (let index = 0; index < 5; index++) {
    outcomes.push(await attempt());
    gc(); // attempts are seconds apart: what is dead by then does not count
  }
  clearInterval(timer);
  console.log(JSON.stringify({ outcomes, bytes: Math.max(most, process.memoryUsage.rss()) - before }));
  process.exit();
`;

describe('an answer that is too large', () => {
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
    ['50 MB of JSON', 'huge' as const],
    ['50 MB that come as 50 kB', gzipBomb],
  ])('takes at most 20 MB: %s', async (_, fault) => {
    issuer.fail(fault);
    const source = pathToFileURL(join(compiled.directory, 'auth/keys/jwks-source.js')).href;
    const { stdout } = await run(process.execPath, [
      '--expose-gc',
      '--input-type=module',
      '--eval',
      PROGRAM,
      source,
      issuer.url,
    ]);
    const { outcomes, bytes } = JSON.parse(stdout) as { outcomes: string[]; bytes: number };
    expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'failure'));
    expect(bytes).toBeLessThan(20 * MEBIBYTE);
  });
});
