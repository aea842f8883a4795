import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('requests.lua', import.meta.url));

/** Enough for a server on one core to be always busy. */
export const CONNECTIONS = 32;

/** A slow server that answers every request in the end is slow, and not broken. */
const TIMEOUT = '20s';

/**
 * The arguments of wrk, for one thread: it is not the limit, see RESULTS.md.
 *
 * @param {{ origin: string, path: string, file: string, once: boolean, seconds: number }} load
 */
export function wrkArguments({ origin, path, file, once, seconds }) {
  const options = [
    '-t1',
    `-c${CONNECTIONS}`,
    `-d${seconds}s`,
    '--timeout',
    TIMEOUT,
    '-s',
    SCRIPT,
    origin,
  ];
  return ['wrk', ...options, '--', path, file, once ? 'once' : 'again'];
}

/**
 * Loads a server from one core.
 *
 * @param {number} core
 * @param {Parameters<typeof wrkArguments>[0]} load
 * @returns {Promise<{ statuses: Record<string, number>, seconds: number, failures: number, cpuSeconds: number }>}
 * `failures`: connections that failed, broke or timed out; `cpuSeconds`: of wrk.
 */
export async function wrk(core, load) {
  const { stdout } = await run('taskset', ['-c', String(core), ...wrkArguments(load)]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}
