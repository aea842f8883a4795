import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Checks that the required programs are installed. Installs wrk if possible. */
export async function requireTools() {
  if (!(await exists('taskset')))
    throw new Error('taskset is missing. Run: apt-get install util-linux');
  if (await exists('wrk')) return;
  const hint = 'wrk is missing. Run: apt-get install wrk';
  if (process.getuid?.() !== 0 || !(await exists('apt-get'))) throw new Error(hint);
  console.log('Installing wrk …');
  await run('apt-get', ['update']).catch(() => {});
  await run('apt-get', ['install', '-y', 'wrk']).catch(() => {
    throw new Error(hint);
  });
}

/** Chooses one core for the server and one for the load generator. */
export async function twoCores() {
  const status = await readFile('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s+(.+)$/m.exec(status)[1];
  const cores = list.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  if (cores.length < 2)
    throw new Error('The benchmark needs two cores: for the server and for the load generator');
  return { server: cores[0], load: cores[1] };
}

/** The value written here limits the wake-up time of cores (µs) for as long as the file is open. */
const WAKE_UP_LATENCY = '/dev/cpu_dma_latency';

/**
 * Keeps idle cores awake. Otherwise the server pays for waking the core of a sleeping load
 * generator: on a virtual machine, a third of the CPU time of a request. The slower the server, the
 * more often the load generator sleeps.
 *
 * @returns {Promise<import('node:fs/promises').FileHandle | undefined>} a file that keeps the cores
 *   awake until it is closed; undefined without the permission to open it
 */
export async function keepCoresAwake() {
  const file = await open(WAKE_UP_LATENCY, 'r+').catch(() => undefined);
  await file?.write(new Int32Array([0]));
  return file;
}

/**
 * Describes what the figures depend on. Contains no names or addresses of machines.
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
    /** Version of PostgreSQL; undefined with the embedded database. */
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
