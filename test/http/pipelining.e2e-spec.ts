import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { type CompiledSource, compileSource } from '../support/compile.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { request } from '../support/http.js';
import { exchange, requestText } from '../support/wire.js';

const CONNECTIONS = 25;
const REQUESTS = 1000;
/** Requests of one connection that may be under way at a time. */
const LIMIT = 64;

const SDK_FILE = '/vendor/auth0-spa-js.production.esm.js';
const DOCS_FILE = '/docs/swagger-ui-bundle.js';

type Headers = Record<string, string>;
type MakeRequest = (token: string, headers?: Headers) => string;

const get =
  (path: string): MakeRequest =>
  (_, headers) =>
    requestText('GET', path, { Connection: 'keep-alive', ...headers });

const getProtected: MakeRequest = (token, headers) =>
  get('/api/private')(token, { Authorization: `Bearer ${token}`, ...headers });

const post: MakeRequest = (token, headers) => {
  const own = {
    Connection: 'keep-alive',
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
  };
  return requestText('POST', '/api/messages', { ...own, ...headers }, '{"text":""}');
};

/** Runs in the program, and answers each message with the number of its open files and sockets. */
const COUNT_DESCRIPTORS = `
  import { readdirSync } from 'node:fs';
  process.on('message', () => process.send(readdirSync('/dev/fd').length));
`;

/** The application in a process of its own, with little memory. */
class Program {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(file: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Program> {
    const preload = `data:text/javascript,${encodeURIComponent(COUNT_DESCRIPTORS)}`;
    const args = ['--max-old-space-size=256', `--import=${preload}`, file];
    const stdio = ['ignore', 'pipe', 'inherit', 'ipc'] as const;
    const child = spawn(process.execPath, args, { cwd, env, stdio: [...stdio] });
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout!.on('data', (text: Buffer) => {
        output += text.toString();
        const [, found] = /Listening on (http:\/\/[\d.]+:\d+)/.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', () => reject(new Error(`The program has ended: ${output}`)));
    });
    return new Program(child, url);
  }

  async openDescriptors(): Promise<number> {
    this.child.send('count');
    const [count] = (await once(this.child, 'message')) as [number];
    return count;
  }

  /** Waits as long as it takes, within the time limit of the test. */
  async untilDescriptorsAre(count: number): Promise<void> {
    while ((await this.openDescriptors()) > count);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

describe('A process with a heap of 256 MB stays alive and closes its descriptors', () => {
  let compiled: CompiledSource;
  let issuer: TestIssuer;
  let database: TestDatabase;
  let directory: string;
  let program: Program;
  let token: string;

  beforeAll(async () => {
    [compiled, issuer, database, directory] = await Promise.all([
      compileSource(),
      createTestIssuer({ audience: AUDIENCE }),
      createTestDatabase(),
      mkdtemp(join(tmpdir(), 'program-')),
    ]);
    token = issuer.mint();
    program = await Program.start(join(compiled.directory, 'main.js'), directory, {
      ISSUER_BASE_URL: issuer.url,
      AUTH0_AUDIENCE: AUDIENCE,
      HOST: '127.0.0.1',
      PORT: '0',
      CLIENT: 'on',
      DOCS: 'on',
      ...database.environment,
    });
  });

  afterAll(async () => {
    await program.stop();
    await Promise.all([compiled.remove(), issuer.close(), database.drop()]);
    await rm(directory, { recursive: true });
  });

  const expectAlive = async () => {
    const answer = await request(program.url, 'GET', '/api/private', { token });
    expect(answer.status).toBe(200);
  };

  it.each<[string, MakeRequest]>([
    ['the largest file of the browser pages', get(SDK_FILE)],
    ['the largest file of the API docs', get(DOCS_FILE)],
    ['a protected route', getProtected],
  ])('when 25 connections bring 1,000 requests each for %s', async (_, make) => {
    const last = make(token, { Connection: 'close' });
    await exchange(program.url, last);
    const before = await program.openDescriptors();
    const flood = make(token).repeat(REQUESTS - 1) + last;
    await Promise.all(Array.from({ length: CONNECTIONS }, () => exchange(program.url, flood)));
    await program.untilDescriptorsAre(before);
    await expectAlive();
  });

  it.each([
    ['the browser pages', SDK_FILE],
    ['the API docs', DOCS_FILE],
  ])('when 25 clients ask 64 times for a file of %s and vanish', async (_, path) => {
    await exchange(program.url, get(path)(token, { Connection: 'close' }));
    const before = await program.openDescriptors();
    const { hostname, port } = new URL(program.url);
    const clients = Array.from({ length: CONNECTIONS }, () => connect(Number(port), hostname));
    for (const client of clients) client.write(get(path)(token).repeat(LIMIT));
    await Promise.all(clients.map((client) => once(client, 'data')));
    for (const client of clients) client.destroy();
    await program.untilDescriptorsAre(before);
    await expectAlive();
  });
});

describe('Of the requests on one connection', () => {
  let api: Api;
  let token: string;

  beforeAll(async () => {
    api = await startApi();
    token = api.issuer.mint({ scope: 'write:messages' });
  });

  afterAll(() => api.close());

  it.each<[string, number, MakeRequest]>([
    ['a file', 200, get(SDK_FILE)],
    ['an open route', 200, get('/api/public')],
    ['a protected route', 200, getProtected],
    ['a route with a body', 400, post],
    ['a malformed URL', 400, get('/%zz')],
  ])('64 at once for %s are answered in order', async (_, status, make) => {
    const ids = Array.from({ length: LIMIT }, (__, index) => `id-${index}`);
    const requests = ids.map((id, index) =>
      make(token, {
        'X-Request-Id': id,
        Connection: index + 1 < LIMIT ? 'keep-alive' : 'close',
      }),
    );
    const answers = await exchange(api.url, requests.join(''));
    const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => Number(code));
    expect(statuses).toEqual(ids.map(() => status));
    expect(answers.match(/(?<=^x-request-id: )id-\d+/gm)).toEqual(ids);
  });

  it.each<[string, MakeRequest]>([
    ['a file', get(SDK_FILE)],
    ['an open route', get('/api/public')],
    ['a protected route', getProtected],
    ['a malformed URL', get('/%zz')],
  ])('65 at once for %s are too many, and it is closed', async (_, make) => {
    const answers = await exchange(api.url, make(token).repeat(LIMIT + 1));
    expect([...answers.matchAll(/HTTP\/1\.1/g)].length).toBeLessThan(LIMIT);
  });

  it('any number is answered when each waits for the answer before it', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    for (let count = 0; count < 3 * LIMIT; count += 1) {
      const sent = http.get(`${api.url}/api/open`, { agent });
      const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
      expect(response.statusCode).toBe(200);
      sockets.add(response.socket);
      await once(response.resume(), 'end');
    }
    agent.destroy();
    expect(sockets.size).toBe(1);
  });
});
