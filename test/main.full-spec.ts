import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beginPost, messagesOf, PROCESS_TIMEOUT_MS, ProgramFixture } from './support/program.js';
import { request } from './support/http.js';

describe('The program', () => {
  const fixture = new ProgramFixture();

  describe('with a wrong environment', () => {
    it(
      'prints a sentence when .env cannot be read, and exits with 1',
      async () => {
        const workDir = await fixture.newDirectory();
        await mkdir(join(workDir, '.env'));
        const program = fixture.run(fixture.environment, workDir);
        expect(await program.exit()).toBe(1);
        expect(program.output).toBe(
          '.env cannot be read (EISDIR); make it a readable file, or remove it\n',
        );
      },
      PROCESS_TIMEOUT_MS,
    );

    it(
      'prints a sentence when its port is in use, and exits with 1',
      async () => {
        const taken: Server = createServer().listen(0, '127.0.0.1');
        await once(taken, 'listening');
        const { port } = taken.address() as AddressInfo;
        const program = fixture.run({ ...fixture.environment, PORT: String(port) });
        expect(await program.exit()).toBe(1);
        expect(messagesOf(program)).toEqual([
          expect.stringMatching(/^Opening the database: /),
          `Port ${port} is in use. Stop the process that uses it, or set another PORT.`,
        ]);
        taken.close();
      },
      PROCESS_TIMEOUT_MS,
    );

    it(
      'prints a sentence when its database cannot be reached, and exits with 1',
      async () => {
        const program = fixture.run({
          ...fixture.environment,
          DATABASE_URL: 'postgresql://api:hunter2@127.0.0.1:1/api',
        });
        expect(await program.exit()).toBe(1);
        expect(messagesOf(program)).toEqual([
          'Opening the database: PostgreSQL at 127.0.0.1:1/api',
          'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
        ]);
      },
      PROCESS_TIMEOUT_MS,
    );
  });

  describe('with a good environment', () => {
    it(
      'listens on all interfaces without HOST, and warns about a client id as audience',
      async () => {
        const audience = 'abcdefghijklmnopqrstuvwxyz012345';
        const program = fixture.run({ ...fixture.environment, HOST: '', AUTH0_AUDIENCE: audience });
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
      PROCESS_TIMEOUT_MS,
    );

    it(
      'serves neither pages nor docs in production, and logs JSON',
      async () => {
        const program = fixture.run({
          ...fixture.environment,
          NODE_ENV: 'production',
          AUTH0_CLIENT_ID: 'browser',
        });
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
      PROCESS_TIMEOUT_MS,
    );
  });

  describe('on SIGTERM', () => {
    it(
      'ends at once while it still starts, and exits with 0',
      async () => {
        const program = fixture.run(fixture.environment);
        while (!program.output.includes('Opening the database')) await delay(5);
        program.kill('SIGTERM');
        expect(await program.exit()).toBe(0);
        expect(program.output).not.toContain('Listening');
      },
      PROCESS_TIMEOUT_MS,
    );

    it(
      'does not wait for idle connections, and exits with 0',
      async () => {
        const program = fixture.run(fixture.environment);
        const { hostname, port } = new URL(await program.url());
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        socket.write('GET /api/open HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await once(socket, 'data');
        program.kill('SIGTERM');
        expect(await program.exit()).toBe(0);
        expect(program.output).not.toContain('Some requests did not finish in time');
      },
      PROCESS_TIMEOUT_MS,
    );

    it(
      'gives up a request that hangs, says so, and exits with 0',
      async () => {
        const program = fixture.run(fixture.environment);
        const socket = await beginPost(await program.url(), fixture.issuer);
        socket.on('error', () => {});
        program.kill('SIGTERM');
        expect(await program.exit()).toBe(0);
        expect(program.output).toContain('Some requests did not finish in time');
      },
      PROCESS_TIMEOUT_MS,
    );
  });
});
