import { once } from 'node:events';
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type Server,
} from 'node:http';
import type { Socket } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestApplicationContext } from '@nestjs/core';
import { Clock } from '../../src/auth/index.js';
import { DatabaseUnavailableError } from '../../src/database/outage.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { FakeClock } from '../auth/support/fake-clock.js';
import { Scrape } from '../metrics/scrape.js';
import type { Api } from '../support/api.js';
import { captureLog } from '../support/log.js';
import {
  ACCEPT,
  call,
  listTools,
  mcpToken,
  messagesOf,
  post,
  startMcp,
} from './support/mcp-api.js';

describe('The MCP server in operation', () => {
  let api: Api;
  let token: string;

  beforeAll(async () => {
    api = await startMcp({ environment: { METRICS_PORT: '0', HOST: '127.0.0.1' } });
    token = mcpToken(api);
  });

  afterAll(() => api.close());

  const counts = async () => {
    const scrape = await Scrape.of(api);
    return scrape.all('mcp_tool_calls_total');
  };

  const valueOf = async (tool: string, result: string) =>
    (await Scrape.of(api)).value('mcp_tool_calls_total', { tool, result });

  it('counts the calls of its tools by name and result', async () => {
    expect(await valueOf('post_message', 'success')).toBe(0);
    await post(api, token, call('post_message', { text: 'Hello' }));
    await post(api, token, call('delete_message', { id: 'unknown' }));
    expect(await valueOf('post_message', 'success')).toBe(1);
    expect(await valueOf('delete_message', 'refused')).toBe(1);
    expect(await valueOf('delete_message', 'success')).toBe(0);
  });

  it('makes no series for names that clients choose', async () => {
    const before = await counts();
    for (const name of ['none', '__proto__', 'constructor']) await post(api, token, call(name));
    expect(await counts()).toEqual(before);
    expect((await Scrape.of(api)).text).not.toContain('"none"');
  });

  it('counts refused calls with the other refusals', async () => {
    const labels = { code: 'insufficient_scope' };
    const before = (await Scrape.of(api)).value('auth_refusals_total', labels)!;
    await post(api, mcpToken(api, { scope: undefined }), call('list_messages'));
    expect((await Scrape.of(api)).value('auth_refusals_total', labels)).toBe(before + 1);
  });

  it('tells a model to try again while the database is unavailable', async () => {
    const log = captureLog();
    const service = api.app.get(MessagesService);
    service.list = () => Promise.reject(new DatabaseUnavailableError('connect ECONNREFUSED db'));
    const [answer] = messagesOf(await post(api, token, call('list_messages')));
    Reflect.deleteProperty(service, 'list');
    expect(answer!.result).toEqual({
      content: [{ type: 'text', text: 'The database is unavailable. Try again in a few seconds.' }],
      isError: true,
    });
    expect(log).toContainEqual({
      level: 'error',
      message: 'The database is unavailable: connect ECONNREFUSED db',
      context: 'ToolCalls',
    });
    expect(await valueOf('list_messages', 'unavailable')).toBe(1);
  });
});

describe('A client that goes away', () => {
  it('cancels its call: nothing is written, and nothing fails (MCP transports, Cancellation)', async () => {
    const api = await startMcp();
    const log = captureLog();
    const { started, finish } = holdList(api);
    const server: Server = api.app.getHttpServer();
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const sent = send(api, mcpToken(api), call('list_messages'));
    const failed = once(sent, 'error');
    const [socket] = await connected;
    await started;
    const closed = once(socket, 'close');
    sent.destroy(new Error('gone'));
    await Promise.allSettled([closed, failed]);
    finish();
    expect((await post(api, mcpToken(api), listTools)).status).toBe(200);
    expect(log.filter(({ level }) => ['error', 'warn', 'fatal'].includes(level))).toEqual([]);
    await api.close();
  });
});

describe('RATE_LIMIT', () => {
  it('counts requests of the subject to the MCP server and to the API together', async () => {
    const api = await startMcp({ environment: { RATE_LIMIT: '3' } });
    const now = Date.now();
    api.app.get(Clock).now = () => now;
    const ann = mcpToken(api);
    const statuses = [];
    for (let made = 0; made < 2; made += 1) statuses.push((await post(api, ann, listTools)).status);
    statuses.push((await api.get('/api/me', api.issuer.mint({ sub: 'ann' }))).status);
    const refused = await post(api, ann, listTools);
    const bob = await post(api, mcpToken(api, { sub: 'bob' }), listTools);
    expect([...statuses, refused.status, bob.status]).toEqual([200, 200, 200, 429, 200]);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    await api.close();
  });
});

describe('SIGTERM', () => {
  it('finishes a call that is under way, and ends', async () => {
    const clock = new FakeClock();
    const api = await startMcp({ clock });
    const token = mcpToken(api, { iat: clock.now() / 1000, exp: clock.now() / 1000 + 600 });
    const { started, finish } = holdList(api);
    const answered = once(send(api, token, call('list_messages')), 'response');
    await started;
    const server: Server = api.app.getHttpServer();
    const closed = (api.app as INestApplicationContext as NestApplicationContext).close('SIGTERM');
    while (server.listening) {
      clock.advance(1000);
      await new Promise(setImmediate);
    }
    finish();
    const [answer] = (await answered) as [IncomingMessage];
    let body = '';
    for await (const chunk of answer) body += String(chunk);
    expect(body).toContain('"structuredContent":{"messages":[]}');
    clock.advance(10_000);
    await closed;
    await api.issuer.close();
  });
});

/** Lets the next list of messages wait until the test finishes it. */
function holdList(api: Api) {
  const service = api.app.get(MessagesService);
  let finish = () => {};
  const started = new Promise<void>((resolve) => {
    service.list = () => {
      resolve();
      return new Promise((done) => (finish = () => done({ messages: [] })));
    };
  });
  return { started, finish: () => finish() };
}

/** Sends a message, without waiting for the answer. */
function send(api: Api, token: string, message: object): ClientRequest {
  const sent = httpRequest(new URL('/mcp', api.url), {
    method: 'POST',
    headers: { ...ACCEPT, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
  });
  sent.end(JSON.stringify(message));
  return sent;
}
