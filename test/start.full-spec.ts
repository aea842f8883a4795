import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeDatabase } from '../src/config/database.config.js';
import {
  beginPost,
  MESSAGE,
  messagesOf,
  PROCESS_TIMEOUT_MS,
  ProgramFixture,
} from './support/program.js';

/** Three starts that need a process. The others are in main.full-spec.ts. */
describe('The program', () => {
  const fixture = new ProgramFixture();

  it(
    'prints one line per variable, creates nothing, and exits with 1',
    async () => {
      const workDir = await fixture.newDirectory();
      const program = fixture.run(
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
    PROCESS_TIMEOUT_MS,
  );

  /** The line about the database of this suite. */
  const databaseLine = () => {
    const { DATABASE_URL: url, DATA_DIR: dataDir } = fixture.database.environment;
    return `Opening the database: ${describeDatabase({ url, dataDir })}`;
  };

  it(
    'reads .env, and the environment wins',
    async () => {
      const workDir = await fixture.newDirectory();
      const file = `AUTH0_AUDIENCE="https://file.test"\nISSUER_BASE_URL=${fixture.issuer.url}\nPORT=1\n`;
      await writeFile(join(workDir, '.env'), file);
      const { HOST, PORT, DATA_DIR, DATABASE_URL } = fixture.environment;
      const program = fixture.run({ HOST, PORT, DATA_DIR, DATABASE_URL }, workDir);
      const url = await program.url();
      expect(await program.stop()).toBe(0);
      expect(messagesOf(program)).toEqual([
        databaseLine(),
        `Listening on ${url}`,
        `Access tokens: issuer ${fixture.issuer.url}, audience https://file.test`,
        `Browser pages: ${url}/`,
        `API reference: ${url}/docs`,
      ]);
      expect(url).not.toBe('http://127.0.0.1:1');
    },
    PROCESS_TIMEOUT_MS,
  );

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
      const program = fixture.run(fixture.environment);
      const url = await program.url();
      const socket = await beginPost(url, fixture.issuer);
      program.kill('SIGTERM');
      await untilClosing(url);
      let answer = '';
      socket.on('data', (text) => (answer += text));
      socket.write(MESSAGE);
      await once(socket, 'close');
      expect(answer).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
      expect(await program.exit()).toBe(0);
    },
    PROCESS_TIMEOUT_MS,
  );
});
