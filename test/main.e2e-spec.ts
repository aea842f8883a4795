import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestIssuer, type TestIssuer } from '../src/auth/testing/index.js';
import { describeDatabase } from '../src/config/database.config.js';
import type { Variables } from '../src/config/environment.js';
import { AUDIENCE } from './support/api.js';
import { type CompiledSource, compileSource } from './support/compile.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { request } from './support/http.js';

/** A process starts slowly on a machine that runs other suites at the same time. */
const TIMEOUT_MS = 30_000;

/** The program itself, in a process of its own. */
class Program {
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

  /** Starts it with only these variables in its environment. */
  const run = (environment: Variables, workDir = directory) => {
    const program = new Program(join(compiled.directory, 'main.js'), workDir, environment);
    programs.push(program);
    return program;
  };

  const good = (): Variables => ({
    ISSUER_BASE_URL: issuer.url,
    AUTH0_AUDIENCE: AUDIENCE,
    HOST: '127.0.0.1',
    PORT: '0',
    ...database.environment,
  });

  /** The messages it logs; those about keys depend on the moment. */
  const messagesOf = ({ output }: Program) =>
    output
      .split('\n')
      .filter((line) => line !== '' && !line.includes('[IssuerKeys]'))
      .map((line) => line.replace(/^.*\[Api\] /, ''));

  /** The line about the database of this suite. */
  const databaseLine = () => {
    const { DATABASE_URL: url, DATA_DIR: dataDir } = database.environment;
    return `Opening the database: ${describeDatabase({ url, dataDir })}`;
  };

  describe('with a wrong environment', () => {
    it(
      'prints one line per variable, creates nothing, and exits with 1',
      async () => {
        const workDir = await mkdtemp(join(directory, 'wrong-'));
        const program = run(
          {
            AUTH0_DOMAIN: 'https://dev-abc123.us.auth0.com/',
            DATABASE_URL: 'mysql://api:hunter2@db/api',
            PORT: 'x',
          },
          workDir,
        );
        expect(await program.exit()).toBe(1);
        expect(program.output.trimEnd().split('\n')).toEqual([
          'AUTH0_DOMAIN must be a domain in lower case, without https:// and without a slash, ' +
            'such as dev-abc123.us.auth0.com; ' +
            'for an issuer other than Auth0, set ISSUER_BASE_URL instead',
          'AUTH0_AUDIENCE is missing; ' +
            'write the identifier of this API, such as https://api.example.com',
          'PORT must be an integer from 0 to 65535, such as 3001',
          'DATABASE_URL must be a PostgreSQL URL, ' +
            'such as postgresql://USER:PASSWORD@HOST:5432/DATABASE, ' +
            'with the special characters of the password percent-encoded',
        ]);
        expect(await readdir(workDir)).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it(
      'prints a sentence when .env cannot be read, and exits with 1',
      async () => {
        const workDir = await mkdtemp(join(directory, 'env-'));
        await mkdir(join(workDir, '.env'));
        const program = run(good(), workDir);
        expect(await program.exit()).toBe(1);
        expect(program.output).toBe(
          '.env cannot be read (EISDIR); make it a readable file, or remove it\n',
        );
      },
      TIMEOUT_MS,
    );

    it(
      'prints a sentence when its port is in use, and exits with 1',
      async () => {
        const taken: Server = createServer().listen(0, '127.0.0.1');
        await once(taken, 'listening');
        const { port } = taken.address() as AddressInfo;
        const program = run({ ...good(), PORT: String(port) });
        expect(await program.exit()).toBe(1);
        expect(messagesOf(program)).toEqual([
          databaseLine(),
          `Port ${port} is in use. Stop the process that uses it, or set another PORT.`,
        ]);
        taken.close();
      },
      TIMEOUT_MS,
    );

    it(
      'prints a sentence when its database cannot be reached, and exits with 1',
      async () => {
        const program = run({
          ...good(),
          DATABASE_URL: 'postgresql://api:hunter2@127.0.0.1:1/api',
        });
        expect(await program.exit()).toBe(1);
        expect(messagesOf(program)).toEqual([
          'Opening the database: PostgreSQL at 127.0.0.1:1/api',
          'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
        ]);
      },
      TIMEOUT_MS,
    );
  });

  describe('with a good environment', () => {
    it(
      'reads .env, and the environment wins',
      async () => {
        const workDir = await mkdtemp(join(directory, 'env-'));
        const file = `AUTH0_AUDIENCE="https://file.test"\nISSUER_BASE_URL=${issuer.url}\nPORT=1\n`;
        await writeFile(join(workDir, '.env'), file);
        const { HOST, PORT, DATA_DIR, DATABASE_URL } = good();
        const program = run({ HOST, PORT, DATA_DIR, DATABASE_URL }, workDir);
        const url = await program.url();
        expect(await program.stop()).toBe(0);
        expect(messagesOf(program)).toEqual([
          databaseLine(),
          `Listening on ${url}`,
          `Access tokens: issuer ${issuer.url}, audience https://file.test`,
          `Browser pages: ${url}/`,
          `API reference: ${url}/docs`,
        ]);
        expect(url).not.toBe('http://127.0.0.1:1');
      },
      TIMEOUT_MS,
    );

    it(
      'listens on all interfaces without HOST, and warns about a client id as audience',
      async () => {
        const audience = 'abcdefghijklmnopqrstuvwxyz012345';
        const program = run({ ...good(), HOST: '', AUTH0_AUDIENCE: audience });
        const url = await program.url();
        const { port } = new URL(url);
        expect((await request(`http://127.0.0.1:${port}`, 'GET', '/api/open')).status).toBe(200);
        expect(await program.stop('SIGINT')).toBe(0);
        expect(url).toBe(`http://localhost:${port}`);
        expect(messagesOf(program)).toContain(
          `AUTH0_AUDIENCE contains ${audience}, which looks like the client id of an ` +
            'application. Write the identifier of the API.',
        );
      },
      TIMEOUT_MS,
    );

    it(
      'serves neither pages nor docs in production, and logs JSON',
      async () => {
        const program = run({ ...good(), NODE_ENV: 'production', AUTH0_CLIENT_ID: 'browser' });
        const url = await program.url();
        const paths = ['/', '/app.js', '/config.json', '/docs', '/docs-json', '/api/open'];
        const answers = await Promise.all(paths.map((path) => request(url, 'GET', path)));
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 200]);
        expect(await program.stop()).toBe(0);
        const lines = program.output.trimEnd().split('\n');
        const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
        expect(messages).toEqual(
          expect.arrayContaining([
            `Listening on ${url}`,
            'Browser pages: off, CLIENT=on serves them',
            'API reference: off, DOCS=on serves it',
          ]),
        );
      },
      TIMEOUT_MS,
    );
  });

  describe('on SIGTERM', () => {
    const MESSAGE = JSON.stringify({ text: 'Written at the last moment' });

    /** Starts to post a message, without its body. */
    const beginPost = async (url: string): Promise<Socket> => {
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
    };

    /** Waits until the program refuses new connections, because it is stopping. */
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
      'finishes the requests under way, and exits with 0',
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
      'does not wait for idle connections, and exits with 0',
      async () => {
        const program = run(good());
        const { hostname, port } = new URL(await program.url());
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        socket.write('GET /api/open HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await once(socket, 'data');
        program.kill('SIGTERM');
        expect(await program.exit()).toBe(0);
        expect(program.output).not.toContain('Some requests did not finish in time');
      },
      TIMEOUT_MS,
    );

    it(
      'gives up a request that hangs, says so, and exits with 0',
      async () => {
        const program = run(good());
        const socket = await beginPost(await program.url());
        socket.on('error', () => {});
        program.kill('SIGTERM');
        expect(await program.exit()).toBe(0);
        expect(program.output).toContain('Some requests did not finish in time');
      },
      TIMEOUT_MS,
    );
  });
});
