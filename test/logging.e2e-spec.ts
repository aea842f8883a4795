import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { createAdapter } from '../src/http/adapter.js';
import { DatabaseUnavailableError } from '../src/database/outage.js';
import { AppLogger } from '../src/logging/app-logger.js';
import { MessagesService } from '../src/messages/messages.service.js';
import { type Api, startApi } from './support/api.js';
import type { Ask } from './support/http.js';

type Line = Record<string, unknown> & { level: string; message: string };

/** What a function, and all that it waits for, writes to the log. */
async function linesOf(work: () => unknown): Promise<string[]> {
  const written: string[] = [];
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.write = (text) => written.push(String(text)) > 0;
  try {
    await work();
  } finally {
    for (const stream of streams) Reflect.deleteProperty(stream, 'write');
  }
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}

const parse = (lines: string[]) => lines.map((line) => JSON.parse(line) as Line);

describe('The log', () => {
  it.each([
    ['fatal', ['fatal']],
    ['error', ['fatal', 'error']],
    ['warn', ['fatal', 'error', 'warn']],
    ['info', ['fatal', 'error', 'warn', 'info']],
    ['debug', ['fatal', 'error', 'warn', 'info', 'debug', 'verbose']],
  ] as const)('with LOG_LEVEL=%s has lines of %j', async (logLevel, levels) => {
    const logger = new AppLogger({ logLevel, logFormat: 'json' });
    const lines = await linesOf(() => {
      for (const level of ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const) {
        logger[level]('A sentence.', 'Test');
      }
    });
    expect(parse(lines).map(({ level }) => level)).toEqual(levels);
  });

  it('in production has an object per line, with what belongs to the sentence', async () => {
    const logger = new AppLogger({ logLevel: 'info', logFormat: 'json' });
    const [line, more] = parse(
      await linesOf(() => {
        logger.warn('A sentence.', { code: 'token_expired', message: 'other' }, 'Test');
        logger.error(new Error('The reason\nin lines'), 'Test');
      }),
    );
    expect(line).toEqual({
      level: 'warn',
      pid: process.pid,
      timestamp: expect.any(Number),
      message: 'A sentence.',
      context: 'Test',
      code: 'token_expired',
    });
    expect(more).toMatchObject({
      level: 'error',
      error: { stack: expect.stringContaining(' at ') },
    });
  });

  it('elsewhere is text, without colours where nobody sees them', async () => {
    const logger = new AppLogger({ logLevel: 'info', logFormat: 'text' });
    const [line] = await linesOf(() => logger.warn('A sentence.', { code: 'x' }, 'Test'));
    expect(line).toMatch(/^\[Api\] .* WARN \[Test\] A sentence\. \{ code: 'x' \}$/);
  });

  it('leaves credentials out, wherever they are', async () => {
    const logger = new AppLogger({ logLevel: 'info', logFormat: 'json' });
    const request = {
      headers: { Authorization: 'Bearer abc.def.ghi' },
      query: { access_token: 'abc.def.ghi' },
    };
    const lines = await linesOf(() =>
      logger.log('A request.', { request, token: 'abc.def.ghi' }, 'Test'),
    );
    expect(lines.join()).not.toContain('abc.def.ghi');
  });

  it('keeps quiet about how Nest builds the application', async () => {
    const logger = new AppLogger({ logLevel: 'info', logFormat: 'json' });
    const lines = await linesOf(() => {
      logger.log('Mapped {/api/open, GET} route', 'RouterExplorer');
      logger.error(new Error('reported by main.ts'), 'ExceptionHandler');
    });
    expect(lines).toEqual([]);
  });
});

describe('The log of a request', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({ adapter: createAdapter({ logLevel: 'debug' }) });
    await api.get('/api/private', api.issuer.mint()); // the keys are there: their line belongs to no request
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
      const answer = await api.send(method, path, { ...ask, headers: { 'X-Request-Id': 'mine' } });
      status = answer.status;
      await delay(50); // a request is logged when its answer has gone out, which the client may notice first
    });
    return { status, lines: parse(lines) };
  };

  it('has its id on every line', async () => {
    const token = api.issuer.mint({ exp: 1 });
    expect(await logOf('GET', '/api/private', { token })).toMatchObject({
      status: 401,
      lines: [
        { context: 'AuthModule', code: 'token_expired', requestId: 'mine' },
        { context: 'Request', message: 'Answered', requestId: 'mine' },
      ],
    });
  });

  it('has its id also behind a body, which arrives outside of the request', async () => {
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

  it('tells how it was answered, by the pattern of its route', async () => {
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
      requestId: 'mine',
    });
  });

  it.each([
    ['accepted', 200, () => api.issuer.mint()],
    ['expired', 401, () => api.issuer.mint({ exp: 1 })],
    ['malformed', 401, () => `${api.issuer.mint()}.x`],
    ['repeated in the query', 400, () => api.issuer.mint()],
  ])('never has the token, be it %s', async (how, status, mint) => {
    const token = mint();
    const path = how.includes('query') ? `/api/private?access_token=${token}` : '/api/private';
    const log = await logOf('GET', path, { token });
    expect(log.status).toBe(status);
    expect(log.lines.length).toBeGreaterThan(0);
    for (const part of token.split('.').filter(({ length }) => length > 1)) {
      expect(JSON.stringify(log.lines)).not.toContain(part);
    }
  });

  it('has an error of ours with its cause, which the client is not told', async () => {
    api.app.get(MessagesService).list = () => Promise.reject(new Error('The reason'));
    const token = api.issuer.mint({ scope: 'read:messages' });
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
});

describe('The log of a request that fails, with LOG_LEVEL=error', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({ adapter: createAdapter({ logLevel: 'error' }) });
    Logger.overrideLogger(new AppLogger({ logLevel: 'error', logFormat: 'json' }));
  });

  afterAll(async () => {
    Logger.overrideLogger(new AppLogger({ logLevel: 'fatal', logFormat: 'json' }));
    await api.close();
  });

  it.each([
    ['an error of ours', 500, new Error('The reason'), 'The reason'],
    [
      'the database',
      503,
      new DatabaseUnavailableError('gone'),
      'The database is unavailable: gone',
    ],
  ])('over %s has its id as well', async (_, status, reason, message) => {
    api.app.get(MessagesService).list = () => Promise.reject(reason);
    const token = api.issuer.mint({ scope: 'read:messages' });
    const lines = await linesOf(async () => {
      const ask = { token, headers: { 'X-Request-Id': 'mine' } };
      expect((await api.send('GET', '/api/messages', ask)).status).toBe(status);
    });
    expect(parse(lines)).toMatchObject([{ level: 'error', message, requestId: 'mine' }]);
  });
});
