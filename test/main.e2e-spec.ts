import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestIssuer, type TestIssuer } from '../src/auth/testing/index.js';
import type { Environment } from '../src/config/config.js';
import { AUDIENCE } from './support/api.js';
import { type CompiledSource, compileSource } from './support/compile.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { request } from './support/http.js';

/** A process takes its time to start, more on a machine that runs other suites beside this one. */
const TIMEOUT_MS = 30_000;

/** The program itself, in a process of its own. */
class Program {
  output = '';
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | string>;

  constructor(file: string, directory: string, environment: Environment) {
    this.child = spawn(process.execPath, [file], { cwd: directory, env: environment });
    this.child.stdout?.on('data', (text) => (this.output += text));
    this.child.stderr?.on('data', (text) => (this.output += text));
    this.exited = once(this.child, 'close').then(([code, signal]) => code ?? signal);
  }

  /** Its address, once it listens. */
  async url(): Promise<string> {
    for (;;) {
      const [, url] = /Listening on (\S+):/.exec(this.output) ?? [];
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
}

describe('The program', () => {
  let compiled: CompiledSource;
  let issuer: TestIssuer;
  let database: TestDatabase;
  let directory: string;
  const programs: Program[] = [];

  beforeAll(async () => {
    [compiled, issuer, database, directory] = await Promise.all([
      compileSource(),
      createTestIssuer({ audience: AUDIENCE }),
      createTestDatabase(),
      mkdtemp(join(tmpdir(), 'program-')),
    ]);
  });

  afterAll(async () => {
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(programs.map((program) => program.exit()));
    await Promise.all([compiled.remove(), issuer.close(), database.drop()]);
    await rm(directory, { recursive: true });
  });

  /** Starts it with nothing but these variables in its environment. */
  const run = (environment: Environment) => {
    const program = new Program(join(compiled.directory, 'main.js'), directory, environment);
    programs.push(program);
    return program;
  };

  const good = (): Environment => ({
    ISSUER_BASE_URL: issuer.url,
    AUTH0_AUDIENCE: AUDIENCE,
    HOST: '127.0.0.1',
    PORT: '0',
    ...database.environment,
  });

  describe('with a bad environment', () => {
    it(
      'says every fault in a line, and ends with 1',
      async () => {
        const program = run({
          AUTH0_DOMAIN: 'https://dev-abc123.us.auth0.com/',
          PORT: 'x',
          host: 'x',
        });
        expect(await program.exit()).toBe(1);
        expect(program.output.trimEnd().split('\n')).toEqual([
          'AUTH0_DOMAIN has a scheme and a trailing slash; write dev-abc123.us.auth0.com',
          'AUTH0_AUDIENCE is missing; write the identifier of this API, such as https://api.example.com',
          'PORT is no port; write a whole number from 1 to 65535, such as 3001, or 0 for any free port',
          'host is not read, its name is in the wrong case; write HOST',
        ]);
      },
      TIMEOUT_MS,
    );

    it(
      'says so in a sentence when its port is taken, and ends with 1',
      async () => {
        const taken: Server = createServer().listen(0, '127.0.0.1');
        await once(taken, 'listening');
        const { port } = taken.address() as AddressInfo;
        const program = run({ ...good(), PORT: String(port) });
        expect(await program.exit()).toBe(1);
        expect(linesOf(program)).toEqual([
          `Port ${port} is in use. Stop the process that listens there, or give this one another PORT.`,
        ]);
        taken.close();
      },
      TIMEOUT_MS,
    );

    it(
      'says so in a sentence when its database cannot be reached, and ends with 1',
      async () => {
        const program = run({
          ...good(),
          DATABASE_URL: 'postgresql://api:hunter2@127.0.0.1:1/api',
        });
        expect(await program.exit()).toBe(1);
        expect(linesOf(program)).toEqual([
          'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
        ]);
      },
      TIMEOUT_MS,
    );
  });

  /** What it says in lines of the log; those of the keys come when they come. */
  const linesOf = ({ output }: Program) =>
    output
      .split('\n')
      .filter((line) => line !== '' && !line.includes('[IssuerKeys]'))
      .map((line) => line.replace(/^.*\[Api\] /, ''));

  describe('with a good environment', () => {
    it(
      'reads .env, which the environment overrides',
      async () => {
        const file = `AUTH0_AUDIENCE="https://file.test"\nISSUER_BASE_URL=${issuer.url}\nPORT=1\n`;
        await writeFile(join(directory, '.env'), file);
        const { HOST, PORT, DATA_DIR, DATABASE_URL } = good();
        const program = run({ HOST, PORT, DATA_DIR, DATABASE_URL });
        const url = await program.url();
        expect(linesOf(program)).toEqual([
          `Listening on ${url}: access tokens of ${issuer.url} for https://file.test`,
        ]);
        expect(url).not.toBe('http://127.0.0.1:1');
        program.kill('SIGTERM');
        expect(await program.exit()).toBe(0);
        await rm(join(directory, '.env'));
      },
      TIMEOUT_MS,
    );

    it(
      'listens on all interfaces without HOST, and warns of what is probably a mistake',
      async () => {
        const audience = 'abcdefghijklmnopqrstuvwxyz012345';
        const program = run({ ...good(), HOST: '', AUTH0_AUDIENCE: audience });
        const { port } = new URL(await program.url());
        expect((await request(`http://127.0.0.1:${port}`, 'GET', '/api/open')).status).toBe(200);
        expect(linesOf(program)).toEqual([
          `Listening on http://localhost:${port}: access tokens of ${issuer.url} for ${audience}`,
          expect.stringMatching(
            /^AUTH0_AUDIENCE has .* looks like the client id of an application/,
          ),
        ]);
        program.kill('SIGINT');
        expect(await program.exit()).toBe(0);
      },
      TIMEOUT_MS,
    );
  });

  describe('told to stop', () => {
    const MESSAGE = JSON.stringify({ text: 'Written at the last moment' });

    /** Begins to post a message and leaves the body for later. */
    const beginPost = async (url: string): Promise<Socket> => {
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(
        'POST /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
          `Authorization: Bearer ${issuer.mint({ scope: 'write:messages' })}\r\n` +
          `Expect: 100-continue\r\nContent-Length: ${MESSAGE.length}\r\n\r\n`,
      );
      // The head has arrived, and the request is under way.
      const [interim] = (await once(socket, 'data')) as [Buffer];
      expect(interim.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      return socket;
    };

    /** Waits until a program takes no more connections: it knows that it is to stop. */
    const untilClosing = async (url: string): Promise<void> => {
      const { hostname, port } = new URL(url);
      for (;;) {
        const socket = connect(Number(port), hostname);
        const isRefused = await new Promise((resolve) => {
          socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
        });
        socket.destroy();
        if (isRefused) return;
        await delay(20);
      }
    };

    it(
      'finishes the requests under way, and ends with 0',
      async () => {
        const program = run(good());
        const url = await program.url();
        const socket = await beginPost(url);
        program.kill('SIGTERM');
        await untilClosing(url);
        let answer = '';
        socket.on('data', (text) => (answer += text));
        socket.write(MESSAGE);
        await once(socket, 'close');
        expect(answer).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
        expect(await program.exit()).toBe(0);
      },
      TIMEOUT_MS,
    );

    it(
      'waits for no idle connection',
      async () => {
        const program = run(good());
        const { hostname, port } = new URL(await program.url());
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        socket.write('GET /api/open HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await once(socket, 'data');
        const start = performance.now();
        program.kill('SIGTERM');
        expect(await program.exit()).toBe(0);
        expect(performance.now() - start).toBeLessThan(5000);
      },
      TIMEOUT_MS,
    );

    it(
      'waits for a request that hangs, but not longer than 10 seconds, and ends with 0',
      async () => {
        const program = run(good());
        const socket = await beginPost(await program.url());
        socket.on('error', () => {});
        const start = performance.now();
        program.kill('SIGTERM');
        expect(await program.exit()).toBe(0);
        expect(performance.now() - start).toBeLessThan(10_000);
        expect(program.output).toContain('Some requests did not finish in time');
      },
      TIMEOUT_MS,
    );
  });
});
