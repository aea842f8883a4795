import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type Server } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestApplicationContext } from '@nestjs/core';
import { FakeClock } from '../auth/support/fake-clock.js';
import { type Api, startApi } from '../support/api.js';

/** A client that keeps its connection open. */
class Client {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly url: string) {}

  async get(path: string): Promise<IncomingMessage> {
    const sent = get(new URL(path, this.url), { agent: this.agent });
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
    return answer;
  }

  get isConnected(): boolean {
    return Object.keys(this.agent.freeSockets).length > 0;
  }

  close(): void {
    this.agent.destroy();
  }
}

describe('SIGTERM', () => {
  let api: Api;
  let clock: FakeClock;
  let client: Client;
  let server: Server;
  let closed: Promise<void>;

  beforeEach(async () => {
    clock = new FakeClock();
    api = await startApi({ clock, environment: { SHUTDOWN_DELAY_SEC: '10' } });
    server = api.app.getHttpServer();
    client = new Client(api.url);
    await client.get('/health/live');
    closed = (api.app as INestApplicationContext as NestApplicationContext).close('SIGTERM');
    // The hooks of Nest are asynchronous.
    while ((await api.get('/health/ready')).status === 200);
  });

  afterEach(async () => {
    client.close();
    clock.advance(10_000);
    while (server.listening) await new Promise(setImmediate);
    clock.advance(10_000);
    await closed;
    await api.issuer.close();
  });

  it('finds connections open', () => {
    expect(client.isConnected).toBe(true);
  });

  it('makes the instance not ready at once, and names the part', async () => {
    const { status, json } = await api.get('/health/ready');
    expect({ status, error: json.error }).toEqual({
      status: 503,
      error: { shutdown: { status: 'down' } },
    });
    expect((await api.get('/health/live')).status).toBe(200);
  });

  it.each([
    ['an answer', '/api/public', 200],
    ['a refusal', '/api/private', 401],
    ['an unknown path', '/nowhere', 404],
    ['a malformed URL', '/%', 400],
    ['a probe', '/health/ready', 503],
  ])('closes the connection with %s', async (_, path, status) => {
    const { statusCode, headers } = await client.get(path);
    expect([statusCode, headers.connection]).toEqual([status, 'close']);
  });

  it('closes the port after SHUTDOWN_DELAY_SEC', async () => {
    clock.advance(9999);
    await new Promise(setImmediate);
    expect(server.listening).toBe(true);
    clock.advance(1);
    while (server.listening) await new Promise(setImmediate);
    await expect(api.get('/api/public')).rejects.toThrow('ECONNREFUSED');
  });

  it('answers a request that arrives on an idle connection after the port has closed', async () => {
    clock.advance(10_000);
    while (server.listening) await new Promise(setImmediate);
    const { statusCode, headers } = await client.get('/api/public');
    expect([statusCode, headers.connection]).toEqual([200, 'close']);
    await closed;
  });

  it('closes a connection that stays idle half a second after that', async () => {
    clock.advance(10_000);
    while (server.listening) await new Promise(setImmediate);
    clock.advance(499);
    await new Promise(setImmediate);
    expect(client.isConnected).toBe(true);
    clock.advance(1);
    await closed;
    while (client.isConnected) await new Promise(setImmediate);
  });
});

describe('Without a signal', () => {
  it('the application closes immediately', async () => {
    const clock = new FakeClock();
    const api = await startApi({ clock, environment: { SHUTDOWN_DELAY_SEC: '10' } });
    await api.close();
    expect(api.app.getHttpServer().listening).toBe(false);
  });
});
