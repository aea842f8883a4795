import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { request } from '../support/http.js';
import { ProgramFixture } from '../support/program.js';

const INSTALL_TIMEOUT_MS = 240_000;

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Follows docs/tracing.md: installs what it names, and runs the program with its file. */
describe('Tracing with OpenTelemetry', () => {
  const fixture = new ProgramFixture();
  const received: Buffer[] = [];
  let collector: Server;
  let file: string;
  let sent: Buffer;
  let token: string;
  let exitCode: number | string;
  const statuses: number[] = [];

  beforeAll(async () => {
    const guide = await readFile(resolve('docs/tracing.md'), 'utf8');
    const [, packages] = /^npm install --no-save (.+)$/m.exec(guide)!;
    const directory = await fixture.newDirectory();
    const install = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
    await promisify(execFile)('npm', [...install, ...packages!.split(' ')], { cwd: directory });
    file = join(directory, 'tracing.mjs');
    await copyFile(resolve('deploy/tracing/tracing.mjs'), file);
    collector = createServer(async (incoming, answer) => {
      for await (const chunk of incoming) received.push(chunk as Buffer);
      answer.end();
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');

    const { port } = collector.address() as AddressInfo;
    const program = fixture.run({
      ...fixture.environment,
      PATH: process.env.PATH,
      NODE_OPTIONS: `--import ${pathToFileURL(file).href}`,
      OTEL_SERVICE_NAME: 'messages',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    const url = await program.url();
    token = fixture.issuer.mint({ scope: 'read:messages' });
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    // The first one waits for the keys, without which the instance is not ready.
    for (const path of ['/api/messages?limit=7', '/health/ready', '/nowhere/hidden']) {
      statuses.push((await request(url, 'GET', path, { token, headers })).status);
    }
    while (!Buffer.concat(received).includes('unmatched')) await delay(50);
    exitCode = await program.stop();
    sent = Buffer.concat(received);
  }, INSTALL_TIMEOUT_MS);

  afterAll(async () => {
    collector.close();
    await rm(file, { force: true });
  });

  it('changes no answer', () => {
    expect(statuses).toEqual([200, 200, 404]);
  });

  it('sends the span of a request in the trace of its traceparent', () => {
    expect(sent.includes(Buffer.from(TRACE, 'hex'))).toBe(true);
    expect(sent.includes('/api/messages')).toBe(true);
    expect(sent.includes('MessagesController.list')).toBe(true);
  });

  it('sends the query, without its values', () => {
    expect(sent.includes('from "messages"')).toBe(true);
    expect(sent.includes('limit $')).toBe(true);
  });

  it.each([
    ['the path', () => 'hidden'],
    ['the query of the URL', () => 'limit=7'],
    ['a health check', () => '/health/'],
    ['the token', () => token.split('.')[1]!],
    ['the signature of the token', () => token.split('.')[2]!],
  ])('does not send %s', (_, text) => {
    expect(sent.includes(text())).toBe(false);
  });

  it('does not keep the program from ending', () => {
    expect(exitCode).toBe(0);
  });
});
