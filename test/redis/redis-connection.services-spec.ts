import { setTimeout as delay } from 'node:timers/promises';
import { RedisConnection, RedisUnavailableError } from '../../src/redis/redis-connection.js';
import { captureLog, type LogLine } from '../support/log.js';
import { RedisServer } from '../support/redis.js';

/** Far more than what the connection allows itself, on a machine that is busy. */
const SOON_MS = 4000;

const PASSWORD = 'secret-of-the-test';

const AVAILABLE = /^log: Redis at \S+ is available again\.$/;

const unavailable = (reason: string) =>
  expect.stringMatching(
    `^error: Redis at \\S+ is unavailable, so requests are not limited: ${reason}`,
  );

describe('RedisConnection', () => {
  let server: RedisServer;
  let connection: RedisConnection | undefined;
  let log: LogLine[];

  beforeEach(async () => {
    server = await RedisServer.create();
    log = captureLog();
  });

  afterEach(async () => {
    connection?.onApplicationShutdown();
    connection = undefined;
    await server.stop();
  });

  const open = async (url = server.url) => (connection = await RedisConnection.open(url));
  const ping = () => connection!.run((client) => client.ping());
  const lines = () => log.map(({ level, message }) => `${level}: ${message}`);

  const untilAvailable = async () => {
    while (!connection!.isAvailable) await delay(20);
  };

  it('runs commands', async () => {
    await server.start();
    await open();
    expect(await ping()).toBe('PONG');
    expect(connection!.isAvailable).toBe(true);
    expect(log).toEqual([]);
  });

  it('fails commands while the server is gone, says so once, and finds it again', async () => {
    await server.start();
    await open();
    await server.stop();
    for (let made = 0; made < 50; made += 1) await expect(ping()).rejects.toThrow();
    expect(connection!.isAvailable).toBe(false);
    expect(lines()).toEqual([unavailable('.')]);

    await server.start();
    await untilAvailable();
    expect(await ping()).toBe('PONG');
    expect(lines().slice(1)).toEqual([expect.stringMatching(AVAILABLE)]);
  });

  it('waits a moment for a server that is silent, and then fails commands at once', async () => {
    await server.start();
    await open();
    server.hold();
    const start = performance.now();
    const first = await Promise.allSettled(Array.from({ length: 50 }, ping));
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    expect(first.map(({ status }) => status)).toEqual(Array(50).fill('rejected'));
    expect(lines()).toEqual([expect.stringMatching(/: no answer within 250 ms$/)]);

    const next = performance.now();
    for (let made = 0; made < 100; made += 1) {
      await expect(ping()).rejects.toThrow(RedisUnavailableError);
    }
    expect(performance.now() - next).toBeLessThan(SOON_MS);

    server.resume();
    while (!connection!.isAvailable) await ping().catch(() => delay(20));
    expect(await ping()).toBe('PONG');
    expect(lines().slice(1)).toEqual([expect.stringMatching(AVAILABLE)]);
  });

  it('lets one command at a time find out whether a silent server is back', async () => {
    await server.start();
    await open();
    server.hold();
    await ping().catch(() => {});
    const tried: number[] = [];
    const attempt = (index: number) =>
      connection!.run((client) => {
        tried.push(index);
        return client.ping();
      });
    while (tried.length === 0) await Promise.allSettled([attempt(1), attempt(2), delay(20)]);
    expect(tried).toEqual([1]);
  });

  it('replaces a connection that stays silent', async () => {
    await server.start();
    await open();
    const closed = new Promise((resolve) => connection!.client.once('close', resolve));
    server.hold();
    await ping().catch(() => {});
    await closed;
    server.resume();
    await untilAvailable();
    expect(await ping()).toBe('PONG');
  });

  it.each([
    ['there is none', async () => {}],
    [
      'it is silent',
      async () => {
        await server.start();
        server.hold();
      },
    ],
  ])('opens without the server when %s, and finds it later', async (_, prepare) => {
    await prepare();
    const start = performance.now();
    await open();
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    await expect(ping()).rejects.toThrow(RedisUnavailableError);
    expect(lines()).toEqual([unavailable('.')]);

    await server.stop();
    await server.start();
    await untilAvailable();
    expect(await ping()).toBe('PONG');
  });

  it('fails a command that the server refuses', async () => {
    await server.start();
    await open();
    await server.ask('config', 'set', 'maxmemory', '1');
    const set = () => connection!.run((client) => client.set('key', 'value'));
    await expect(set()).rejects.toThrow(/^OOM/);
    expect(lines()).toEqual([unavailable('OOM')]);
  });

  it('does not use another database than the one it was told', async () => {
    await server.start();
    await open(`${server.url}/99`);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await new Promise<unknown>((resolve) => connection!.client.once('close', resolve));
    }
    await expect(ping()).rejects.toThrow(RedisUnavailableError);
    expect(lines()).toEqual([expect.stringContaining('DB index is out of range')]);
  });

  it('does not log the password', async () => {
    await server.start();
    await server.ask('config', 'set', 'requirepass', 'another');
    const url = `redis://default:${PASSWORD}@127.0.0.1:${server.port}`;
    await open(url);
    await expect(ping()).rejects.toThrow(RedisUnavailableError);
    expect(lines()).toEqual([unavailable('WRONGPASS')]);
    expect(JSON.stringify(log)).not.toContain(PASSWORD);
  });

  it.each([
    ['answers', () => {}],
    ['is silent', () => server.hold()],
  ])('closes at shutdown while the server %s', async (_, prepare) => {
    await server.start();
    await open();
    prepare();
    const ended = new Promise((resolve) => connection!.client.once('end', resolve));
    connection!.onApplicationShutdown();
    await ended;
    expect(connection!.client.stream.destroyed).toBe(true);
    expect(log).toEqual([]);
  });
});
