import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Makes sure that the programs are there that a benchmark needs beside Node. */
export async function requireTools() {
  if (!(await exists('taskset'))) throw new Error('taskset is missing: apt-get install util-linux');
  if (await exists('wrk')) return;
  const hint = 'wrk is missing: apt-get install wrk';
  if (process.getuid?.() !== 0 || !(await exists('apt-get'))) throw new Error(hint);
  console.log('Installing wrk …');
  await run('apt-get', ['update']).catch(() => {});
  await run('apt-get', ['install', '-y', 'wrk']).catch(() => {
    throw new Error(hint);
  });
}

/** One core for the server, one for the load. */
export async function twoCores() {
  const status = await readFile('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s+(.+)$/m.exec(status)[1];
  const cores = list.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  if (cores.length < 2)
    throw new Error('Two cores are needed: one for the server, one for the load');
  return { server: cores[0], load: cores[1] };
}

/** Where Linux takes the longest time that a core may need to wake, in microseconds; it holds while the file is open. */
const WAKE_UP_LATENCY = '/dev/cpu_dma_latency';

/**
 * Keeps idle cores from sleeping. A server that answers a load generator which sleeps pays for waking its core: on a virtual
 * machine that was a third of the CPU time of a request. The slower a server, the oftener the load generator sleeps.
 *
 * @returns {Promise<import('node:fs/promises').FileHandle | undefined>} the cores stay awake until it is closed; undefined
 * where that is not allowed
 */
export async function keepCoresAwake() {
  const file = await open(WAKE_UP_LATENCY, 'r+').catch(() => undefined);
  await file?.write(new Int32Array([0]));
  return file;
}

/**
 * What the figures depend on; no name and no address.
 *
 * @param {import('./surroundings.mjs').Surroundings} surroundings
 */
export async function describeMachine({ database, wakefulness }) {
  const { stdout } = await run('wrk', ['-v']).catch((error) => error);
  const { dependencies } = JSON.parse(await readFile(new URL('package.json', import.meta.url)));
  const { version, gitHead } = await describeApi();
  return {
    cpu: cpus()[0].model.replaceAll(/\s+/g, ' '),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    linux: release().split('-')[0],
    node: process.version,
    wrk: /wrk \S*?(\d+\.\d+\.\d+)/.exec(stdout)?.[1],
    /** Version of PostgreSQL; undefined where the database was embedded. */
    postgres: database?.version.split(' ')[0],
    coresSleep: wakefulness === undefined,
    api: gitHead ? `${version}, commit ${gitHead}` : version,
    peers: dependencies,
  };
}

async function describeApi() {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url)));
  const { stdout } = await run('git', ['describe', '--always', '--dirty']).catch(() => ({
    stdout: '',
  }));
  return { version, gitHead: stdout.trim() };
}

async function exists(program) {
  return run('which', [program]).then(
    () => true,
    () => false,
  );
}
