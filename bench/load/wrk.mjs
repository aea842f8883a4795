import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('requests.lua', import.meta.url));

/** Enough to keep a server on one core busy. */
export const CONNECTIONS = 32;

/** High, because a slow answer is not a failure. */
const TIMEOUT = '20s';

/**
 * The arguments of wrk. One thread is enough: RESULTS.md shows that it is not the limit.
 *
 * @param {object} load
 * @param {string} load.origin
 * @param {string} load.path
 * @param {string} load.file of tokens
 * @param {boolean} load.once
 * @param {number} load.seconds
 * @param {'get' | 'proof' | 'post' | 'keyed'} [load.send] see requests.lua
 */
export function wrkArguments({ origin, path, file, once, seconds, send = 'get' }) {
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
  return ['wrk', ...options, '--', path, file, once ? 'once' : 'again', send];
}

/**
 * Sends requests to a server from one core.
 *
 * @typedef {object} Answers
 * @property {Record<string, number>} statuses number of answers by status
 * @property {number} seconds
 * @property {number} failures connections that failed, broke or timed out
 * @property {number} cpuSeconds CPU time of wrk
 *
 * @param {number} core
 * @param {Parameters<typeof wrkArguments>[0]} load
 * @returns {Promise<Answers>}
 */
export async function wrk(core, load) {
  const { stdout } = await run('taskset', ['-c', String(core), ...wrkArguments(load)]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}
