import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { AUDIENCE } from '../support/api.js';
import { type CompiledSource, compileSource } from '../support/compile.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { request } from '../support/http.js';
import { get, getProtected, LIMIT, type MakeRequest, SDK_FILE } from '../support/pipeline.js';
import { exchange } from '../support/wire.js';

const CONNECTIONS = 25;
const REQUESTS = 1000;

const DOCS_FILE = '/docs/swagger-ui-bundle.js';

/** Files that the embedded database may open in between. A leak has at least one per connection. */
const DATABASE_FILES = 10;

/** Runs in the program, and answers each message with the number of its open files and sockets. */
const COUNT_DESCRIPTORS = `
  import { readdirSync } from 'node:fs';
  process.on('message', () => process.send(readdirSync('/dev/fd').length));
`;

/** The application in a process of its own, with little memory. */
class SmallProgram {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(file: string, cwd: string, env: NodeJS.ProcessEnv): Promise<SmallProgram> {
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
    return new SmallProgram(child, url);
  }

  async openDescriptors(): Promise<number> {
    this.child.send('count');
    const [count] = (await once(this.child, 'message')) as [number];
    return count;
  }

  /** At most that many. Waits as long as it takes, within the time limit of the test. */
  async untilDescriptorsAre(count: number): Promise<void> {
    while ((await this.openDescriptors()) > count + DATABASE_FILES);
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
  let program: SmallProgram;
  let token: string;

  beforeAll(async () => {
    [compiled, issuer, database, directory] = await Promise.all([
      compileSource(),
      createTestIssuer({ audience: AUDIENCE }),
      createTestDatabase(),
      mkdtemp(join(tmpdir(), 'program-')),
    ]);
    token = issuer.mint();
    program = await SmallProgram.start(join(compiled.directory, 'main.js'), directory, {
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
