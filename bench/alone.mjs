import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CONTENDERS } from './contenders.mjs';
import { median } from './statistics.mjs';

const run = promisify(execFile);
const STARTS = 5;
const TOKENS = 12_000;

const API = CONTENDERS.find(({ id }) => id === 'public');

/**
 * Measures the time from the start of `dist/main.js` to its first answer, in milliseconds, and the
 * memory at that point, in MiB. The database is already migrated.
 *
 * @param {import('./surroundings.mjs').Surroundings} surroundings
 */
export async function timeStarts(surroundings) {
  await surroundings.serverOf(API);
  const times = [];
  const sizes = [];
  for (let count = 0; count < STARTS; count += 1) {
    const server = await surroundings.start(API);
    times.push(server.startMs);
    sizes.push(await server.residentMiB());
    await server.stop();
  }
  return { startMs: median(times), startMiB: median(sizes) };
}

/**
 * Measures one authentication without HTTP, in microseconds.
 *
 * @param {import('./surroundings.mjs').Surroundings} surroundings
 * @returns {Promise<{ warm: number, cold: number, verify: number, cacheMiB: number }>} `verify`:
 * only the signature; `cacheMiB`: the memory of 10,000 tokens in the cache, in MiB
 */
export async function timeAuthentication({ cores, issuer, tokens }) {
  const script = fileURLToPath(new URL('in-process.mjs', import.meta.url));
  const warm = await tokens.good('in-process-warm', 200);
  const cold = await tokens.good('in-process-cold', TOKENS);
  const node = [process.execPath, '--expose-gc', script, issuer.url, issuer.audience, warm, cold];
  const { stdout } = await run('taskset', ['-c', String(cores.server), ...node]);
  return JSON.parse(stdout);
}
