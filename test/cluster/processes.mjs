import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Time to start in, on a machine with other work. */
const START_TIMEOUT_MS = 30_000;

const running = new Set();
let isOver = false;

/** A program with its children, which are killed with it. Its output goes to a file. */
export class Program {
  /**
   * @param {string} command
   * @param {string[]} args
   * @param {{ log: string, cwd: string, env?: NodeJS.ProcessEnv }} options
   */
  constructor(command, args, { log, cwd, env = { PATH: process.env.PATH } }) {
    if (isOver) throw new Error('the test is over');
    this.log = log;
    const output = openSync(log, 'a');
    this.child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', output, output],
      detached: true,
    });
    closeSync(output);
    running.add(this);
    /** Resolves with the exit code, or the name of the signal. */
    this.ended = once(this.child, 'exit').then(([code, signal]) => {
      running.delete(this);
      return code ?? signal;
    });
  }

  /** Signals the program, and with SIGKILL its children too. */
  kill(signal) {
    if (!running.has(this)) return;
    if (signal === 'SIGKILL') process.kill(-Number(this.child.pid), signal);
    else this.child.kill(signal);
  }

  /** Waits until `isReady` resolves with true. */
  async until(isReady) {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline && running.has(this)) {
      if (await isReady().catch(() => false)) return;
      await delay(20);
    }
    throw new Error(`${this.log} did not start:\n${this.output().slice(-2000)}`);
  }

  output() {
    return readFileSync(this.log, 'utf8');
  }
}

/** Kills everything that is still running. Nothing can be started after it. */
export async function killAll() {
  isOver = true;
  const programs = [...running];
  for (const program of programs) program.kill('SIGKILL');
  await Promise.all(programs.map(({ ended }) => ended));
}

/** Returns free ports of 127.0.0.1. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
