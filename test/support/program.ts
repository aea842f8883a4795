import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import type { Variables } from '../../src/config/environment.js';
import { AUDIENCE } from './api.js';
import { type CompiledSource, compileSource } from './compile.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** A process starts slowly on a machine that runs other suites at the same time. */
export const PROCESS_TIMEOUT_MS = 30_000;

/** The program, in a process of its own. */
export class Program {
  output = '';
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | string>;

  constructor(file: string, directory: string, environment: Variables) {
    this.child = spawn(process.execPath, [file], { cwd: directory, env: environment });
    this.child.stdout?.on('data', (text) => (this.output += text));
    this.child.stderr?.on('data', (text) => (this.output += text));
    this.exited = once(this.child, 'close').then(([code, signal]) => code ?? signal);
  }

  /** Its address, once it listens. */
  async url(): Promise<string> {
    for (;;) {
      const [, url] = /Listening on ([^\s"]+)/.exec(this.output) ?? [];
      if (url !== undefined) return url;
      const ended = await Promise.race([this.exited, delay(20)]);
      if (ended !== undefined) throw new Error(`It ended with ${ended}: ${this.output}`);
    }
  }

  /** Its exit code, or the signal that killed it. */
  exit(): Promise<number | string> {
    return this.exited;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it once it has logged its whole start, and returns what {@link exit} does. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    while (!this.output.includes('API reference')) await delay(20);
    this.kill(signal);
    return this.exited;
  }
}

/** Compiles the program once for a suite, with an issuer and a database that it can use. */
export class ProgramFixture {
  issuer!: TestIssuer;
  database!: TestDatabase;
  /** Working directory of the programs. */
  directory!: string;
  private compiled!: CompiledSource;
  private readonly programs: Program[] = [];

  constructor() {
    beforeAll(async () => {
      [this.compiled, this.issuer, this.database, this.directory] = await Promise.all([
        compileSource(),
        createTestIssuer({ audience: AUDIENCE }),
        createTestDatabase(),
        mkdtemp(join(tmpdir(), 'program-')),
      ]);
    });
    afterAll(async () => {
      for (const program of this.programs) program.kill('SIGKILL');
      await Promise.all(this.programs.map((program) => program.exit()));
      await Promise.all([this.compiled.remove(), this.issuer.close(), this.database.drop()]);
      await rm(this.directory, { recursive: true });
    });
  }

  /** Starts it with only these variables in its environment. */
  run(environment: Variables, workDir = this.directory): Program {
    const program = new Program(join(this.compiled.directory, 'main.js'), workDir, environment);
    this.programs.push(program);
    return program;
  }

  /** An environment with which it starts. */
  get environment(): Variables {
    return {
      ISSUER_BASE_URL: this.issuer.url,
      AUTH0_AUDIENCE: AUDIENCE,
      HOST: '127.0.0.1',
      PORT: '0',
      ...this.database.environment,
    };
  }

  /** A directory for a program that must not find the files of another. */
  newDirectory(): Promise<string> {
    return mkdtemp(join(this.directory, 'own-'));
  }
}

/** The messages that a program logs; those about keys and its end depend on the moment. */
export function messagesOf({ output }: Program): string[] {
  return output
    .split('\n')
    .filter((line) => line !== '' && !/\[(IssuerKeys|Shutdown)\]/.test(line))
    .map((line) => line.replace(/^.*\[Api\] /, ''));
}

/** The body of {@link beginPost}'s request. */
export const MESSAGE = JSON.stringify({ text: 'Written at the last moment' });

/** Starts to post a message, without its body. */
export async function beginPost(url: string, issuer: TestIssuer): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    'POST /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
      `Authorization: Bearer ${issuer.mint({ scope: 'write:messages' })}\r\n` +
      `Expect: 100-continue\r\nContent-Length: ${MESSAGE.length}\r\n\r\n`,
  );
  // The server has read the headers: the request is under way.
  const [interim] = (await once(socket, 'data')) as [Buffer];
  expect(interim.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  return socket;
}
