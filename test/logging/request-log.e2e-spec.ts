import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Logger } from '@nestjs/common';
import { DrizzleQueryError } from 'drizzle-orm';
import { DatabaseUnavailableError } from '../../src/database/outage.js';
import { AppLogger } from '../../src/logging/app-logger.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { type Api, startApi } from '../support/api.js';
import type { Ask } from '../support/http.js';
import { linesOf, parseLines } from '../support/log.js';

describe('The log lines of a request', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
    await api.get('/api/private', api.issuer.mint()); // fetches the keys, which logs a line
    Logger.overrideLogger(new AppLogger({ logLevel: 'debug', logFormat: 'json' }));
  });

  afterAll(async () => {
    Logger.overrideLogger(new AppLogger({ logLevel: 'fatal', logFormat: 'json' }));
    await api.close();
  });

  /** Makes one request, and returns its status and the lines that were written for it. */
  const logOf = async (method: string, path: string, ask: Ask = {}) => {
    let status = 0;
    const lines = await linesOf(async () => {
      // A request is logged when its answer has been sent. The client may have read it before.
      const closed = new Promise<void>((resolve) => {
        // A promise would be too late for an answer that does not wait for anything.
        api.app.getHttpServer().once('request', (_: unknown, response: ServerResponse) => {
          response.once('close', resolve);
        });
      });
      const answer = await api.send(method, path, {
        ...ask,
        headers: { 'X-Request-Id': 'mine', ...(ask.headers as Record<string, string>) },
      });
      status = answer.status;
      await closed;
    });
    return { status, lines: parseLines(lines) };
  };

  it('have its id when it is refused', async () => {
    const token = api.issuer.mint({ exp: 1 });
    expect(await logOf('GET', '/api/private', { token })).toMatchObject({
      status: 401,
      lines: [
        { context: 'AuthModule', code: 'token_expired', requestId: 'mine' },
        { context: 'Request', message: 'Answered', requestId: 'mine' },
      ],
    });
  });

  it('have its id when it is refused and has a body', async () => {
    const token = api.issuer.mint();
    const json = { text: 'x'.repeat(60_000) };
    expect(await logOf('POST', '/api/messages', { token, json })).toMatchObject({
      status: 403,
      lines: [
        { context: 'AuthModule', code: 'insufficient_scope', requestId: 'mine' },
        { context: 'Request', message: 'Answered', requestId: 'mine' },
      ],
    });
  });

  it('say how it was answered, with the pattern of its route', async () => {
    const { lines } = await logOf('GET', '/api/messages/abc?access_token=abc');
    expect(lines.at(-1)).toEqual({
      level: 'debug',
      pid: process.pid,
      timestamp: expect.any(Number),
      message: 'Answered',
      context: 'Request',
      method: 'GET',
      route: '/api/messages/:id',
      status: 401,
      durationMs: expect.any(Number),
      client: '127.0.0.1',
      requestId: 'mine',
    });
  });

  it('name the subject, the client behind a trusted proxy, and the trace', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = {
      'X-Forwarded-For': '203.0.113.7',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    };
    const token = api.issuer.mint({ sub: 'auth0|reader' });
    const { lines } = await logOf('GET', '/api/private', { token, headers });
    expect(lines.at(-1)).toMatchObject({
      status: 200,
      client: '203.0.113.7',
      sub: 'auth0|reader',
      traceId,
    });
  });

  it.each(['not an address', '"203.0.113.7"', '1'.repeat(5000)])(
    'have the address of the connection when a proxy forwards %s',
    async (forwarded) => {
      const headers = { 'X-Forwarded-For': forwarded };
      const { lines } = await logOf('GET', '/api/open', { headers });
      expect(lines.at(-1)).toMatchObject({ client: '127.0.0.1' });
    },
  );

  it('do not contain a subject that is longer than OpenID Connect allows', async () => {
    const token = api.issuer.mint({ sub: 'x'.repeat(5000) });
    const { lines } = await logOf('GET', '/api/private', { token });
    expect(lines.at(-1)).toMatchObject({ sub: 'x'.repeat(255) });
  });

  it.each([
    ['too large', 413, { body: `"${'x'.repeat(70_000)}"` }],
    ['broken', 400, { body: '{' }],
    ['of another type', 415, { body: 'x' }],
  ])('are not an error when its body is %s', async (what, status, ask) => {
    const type = what.includes('type') ? 'text/plain' : 'application/json';
    const headers = { 'Content-Type': type };
    const log = await logOf('POST', '/api/messages', { ...ask, headers });
    expect(log).toMatchObject({ status, lines: [{ message: 'Answered', status }] });
  });

  it('say that the client left, and nothing else, when it leaves while it sends its body', async () => {
    const { hostname, port } = new URL(api.url);
    const lines = await linesOf(async () => {
      const socket = connect(Number(port), hostname);
      const arrived = once(api.app.getHttpServer(), 'request');
      socket.write(
        'POST /api/messages HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\n' +
          'Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
      );
      const [, response] = (await arrived) as [unknown, ServerResponse];
      socket.destroy();
      await once(response, 'close');
      await new Promise(setImmediate);
    });
    expect(parseLines(lines)).toMatchObject([
      {
        level: 'debug',
        message: 'The client left before it was answered',
        route: '/api/messages',
        requestId: 'mine',
      },
    ]);
  });

  it('are one line when the client leaves while the handler works', async () => {
    const service = api.app.get(MessagesService);
    const token = api.issuer.mint({ scope: 'read:messages' });
    let finish = () => {};
    const isWorking = new Promise<void>((begin) => {
      service.list = () => {
        begin();
        return new Promise((resolve) => {
          finish = () => resolve({ messages: [], nextCursor: undefined });
        });
      };
    });
    const { hostname, port } = new URL(api.url);
    const lines = await linesOf(async () => {
      const socket = connect(Number(port), hostname);
      const arrived = once(api.app.getHttpServer(), 'request');
      socket.write(
        `GET /api/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
      const [, response] = (await arrived) as [unknown, ServerResponse];
      await isWorking;
      socket.destroy();
      await once(response, 'close');
      finish();
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    });
    Reflect.deleteProperty(service, 'list');
    expect(parseLines(lines)).toMatchObject([
      { message: 'The client left before it was answered', route: '/api/messages' },
    ]);
  });

  it.each(['/health/live', '/health/ready'])('are not written for %s', async (path) => {
    expect((await logOf('GET', path)).lines).toEqual([]);
  });

  it.each([
    ['accepted', 200, () => api.issuer.mint()],
    ['expired', 401, () => api.issuer.mint({ exp: 1 })],
    ['malformed', 401, () => `${api.issuer.mint()}.x`],
    ['repeated in the query', 400, () => api.issuer.mint()],
  ])('never contain the token when it is %s', async (how, status, mint) => {
    const token = mint();
    const path = how.includes('query') ? `/api/private?access_token=${token}` : '/api/private';
    const log = await logOf('GET', path, { token });
    expect(log.status).toBe(status);
    expect(log.lines.length).toBeGreaterThan(0);
    for (const part of token.split('.').filter(({ length }) => length > 1)) {
      expect(JSON.stringify(log.lines)).not.toContain(part);
    }
  });

  describe('that fails', () => {
    let token: string;

    beforeAll(() => {
      token = api.issuer.mint({ scope: 'read:messages' });
    });

    const failWith = (reason: Error) => {
      api.app.get(MessagesService).list = () => Promise.reject(reason);
    };

    afterEach(() => Reflect.deleteProperty(api.app.get(MessagesService), 'list'));

    it('have the error with its stack, and the id', async () => {
      failWith(new Error('The reason'));
      expect(await logOf('GET', '/api/messages', { token })).toMatchObject({
        status: 500,
        lines: [
          {
            level: 'error',
            message: 'The reason',
            error: { stack: expect.stringContaining('The reason') },
            requestId: 'mine',
          },
          { message: 'Answered', status: 500 },
        ],
      });
    });

    it('do not have the values of a query that fails', async () => {
      const cause = Object.assign(new Error('permission denied'), { severity: 'ERROR' });
      failWith(new DrizzleQueryError('select $1', ['a private text'], cause));
      const { status, lines } = await logOf('GET', '/api/messages', { token });
      expect(status).toBe(500);
      expect(lines[0]).toMatchObject({
        level: 'error',
        message: 'Failed query: select $1: permission denied',
        requestId: 'mine',
      });
      expect(JSON.stringify(lines)).not.toContain('a private text');
    });

    it('say that the database is unavailable, and have the id', async () => {
      failWith(new DatabaseUnavailableError('gone'));
      expect(await logOf('GET', '/api/messages', { token })).toMatchObject({
        status: 503,
        lines: [
          { level: 'error', message: 'The database is unavailable: gone', requestId: 'mine' },
          { message: 'Answered', status: 503 },
        ],
      });
    });
  });
});

describe('Without TRUSTED_PROXIES', () => {
  it('the address that a client claims is not logged', async () => {
    const api = await startApi({ environment: { NODE_ENV: 'production' } });
    Logger.overrideLogger(new AppLogger({ logLevel: 'info', logFormat: 'json' }));
    const lines = await linesOf(async () => {
      const server = api.app.getHttpServer();
      const arrived = once(server, 'request');
      await api.get('/api/open', undefined, { headers: { 'X-Forwarded-For': '203.0.113.7' } });
      const [, response] = (await arrived) as [unknown, ServerResponse];
      if (!response.closed) await once(response, 'close');
    });
    Logger.overrideLogger(new AppLogger({ logLevel: 'fatal', logFormat: 'json' }));
    await api.close();
    const line = parseLines(lines).find(({ context }) => context === 'Request');
    // In production, each request is logged at the level `info`.
    expect(line).toMatchObject({ level: 'info', client: '127.0.0.1', route: '/api/open' });
  });
});
