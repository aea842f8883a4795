import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The memory limits of `npm run start:prod`. Every server under test gets them. */
export const NODE_FLAGS = scripts['start:prod'].split(' ').filter((word) => word.startsWith('--'));

/** The unit of times in `/proc/PID/stat`. It is the same on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

const START_MAY_TAKE_MS = 30_000;

/** A server under test: a separate process, pinned to one core. */
export class Server {
  /**
   * Starts a server and waits for its first answer.
   *
   * @param {object} options
   * @param {number} options.core
   * @param {string[]} options.args
   * @param {Record<string, string | undefined>} options.env
   * @param {string} options.cwd
   * @param {string} options.path
   * @param {boolean} [options.verbose]
   */
  static async start({ core, args, env, cwd, path, verbose = false }) {
    const port = await freePort();
    const from = performance.now();
    const child = spawn('taskset', ['-c', String(core), process.execPath, ...NODE_FLAGS, ...args], {
      cwd,
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env, PORT: String(port) },
      stdio: ['ignore', 'ignore', verbose ? 'inherit' : 'ignore'],
    });
    const server = new Server(child, `http://127.0.0.1:${port}`);
    await server.untilAnswered(path);
    server.startMs = performance.now() - from;
    return server;
  }

  constructor(child, origin) {
    this.child = child;
    this.origin = origin;
    this.ended = once(child, 'exit');
  }

  /** CPU time used so far, in seconds: user and system time of all threads. */
  async cpuSeconds() {
    const stat = await readFile(`/proc/${this.child.pid}/stat`, 'utf8');
    // The program's name is in parentheses and may contain anything. The 12th and 13th fields after
    // it are utime and stime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Current resident memory, in MiB. */
  async residentMiB() {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) / 1024;
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
  }

  async untilAnswered(path) {
    const deadline = Date.now() + START_MAY_TAKE_MS;
    while (Date.now() < deadline && this.child.exitCode === null) {
      const answer = await fetch(this.origin + path).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer) return;
      await delay(2);
    }
    throw new Error(
      `${this.child.spawnargs.slice(4 + NODE_FLAGS.length).join(' ')} does not answer`,
    );
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
