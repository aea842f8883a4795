import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ThrottlerStorage } from '@nestjs/throttler';
import { Redis } from 'ioredis';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import type { RedisCounter } from '../../src/limits/redis-counter.js';
import { RedisConnection } from '../../src/redis/redis-connection.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { captureLog } from '../support/log.js';
import { REDIS_URL, RedisServer } from '../support/redis.js';

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer({ audience: AUDIENCE });
});

afterAll(() => issuer.close());

const start = (url: string) =>
  startApi({ issuer, environment: { RATE_LIMIT: '3', REDIS_URL: url } });

async function statuses(apis: Api[], token: string): Promise<number[]> {
  const answers: number[] = [];
  for (const api of apis) answers.push((await api.get('/api/private', token)).status);
  return answers;
}

describe('RATE_LIMIT with REDIS_URL', () => {
  let first: Api;
  let second: Api;
  let redis: Redis;
  let sub: string;
  let token: string;
  let key: string;

  beforeAll(async () => {
    redis = new Redis(REDIS_URL);
    first = await start(REDIS_URL);
    second = await start(REDIS_URL);
  });

  beforeEach(() => {
    sub = randomUUID();
    token = issuer.mint({ sub });
    const hash = createHash('sha256').update(`subject ${issuer.url} ${sub}`).digest('base64url');
    key = `rate-limit:${hash}`;
  });

  afterEach(() => redis.del(key));

  afterAll(async () => {
    await Promise.all([first.close(), second.close()]);
    redis.disconnect();
  });

  it('counts the requests to all instances together', async () => {
    expect(await statuses([first, second, first, second, first], token)).toEqual([
      200, 200, 200, 429, 429,
    ]);
  });

  it('counts requests at the same time exactly', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => statuses([index % 2 ? first : second], token)),
    );
    expect(answers.flat().filter((status) => status === 200)).toHaveLength(3);
    expect(await redis.get(key)).toBe('10');
  });

  it('says when the minute ends, and passes requests afterwards', async () => {
    await statuses([first, first, first], token);
    expect(await redis.pttl(key)).toBeGreaterThan(50_000);
    await redis.pexpire(key, 17_900);
    expect(await second.get('/api/private', token)).toMatchObject({
      status: 429,
      headers: { 'retry-after': expect.stringMatching(/^1[5-8]$/) },
    });
    await redis.pexpire(key, 1);
    while ((await redis.exists(key)) > 0) await delay(1);
    expect(await statuses([second], token)).toEqual([200]);
  });

  it('never keeps a count without an end', async () => {
    await redis.set(key, 7);
    expect(await statuses([first], token)).toEqual([429]);
    expect(await redis.pttl(key)).toBeGreaterThan(0);
  });
});

describe('RATE_LIMIT while Redis is unavailable', () => {
  let server: RedisServer;
  let api: Api;

  beforeEach(async () => {
    server = await RedisServer.create();
    await server.start();
  });

  afterEach(async () => {
    await api.close();
    await server.stop();
  });

  const many = (count: number) => Array.from({ length: count }, () => api);

  it.each([
    ['is gone', () => server.stop(), () => server.start()],
    ['is silent', async () => server.hold(), async () => server.resume()],
  ])('lets requests pass while it %s, and limits again when it is back', async (_, stop, back) => {
    api = await start(server.url);
    const token = issuer.mint();
    expect(await statuses(many(4), token)).toEqual([200, 200, 200, 429]);
    const log = captureLog();
    await stop();
    expect(await statuses(many(8), token)).toEqual(Array(8).fill(200));
    const connection = api.app.get(RedisConnection);
    expect(connection.isAvailable).toBe(false);
    expect(api.app.get<RedisCounter>(ThrottlerStorage).failures).toBe(8);

    await back();
    while (!connection.isAvailable) await api.get('/api/public').then(() => delay(20));
    await statuses(many(3), token);
    expect(await statuses(many(1), token)).toEqual([429]);
    expect(log.filter(({ context }) => context === 'RedisConnection')).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(
          /^Redis at \S+ is unavailable, so requests are not limited: /,
        ),
      },
      { level: 'log', message: expect.stringMatching(/^Redis at \S+ is available again\.$/) },
    ]);
  });

  it('starts without it', async () => {
    await server.stop();
    api = await start(server.url);
    const token = issuer.mint();
    expect(await statuses(many(5), token)).toEqual(Array(5).fill(200));
    await server.start();
    const connection = api.app.get(RedisConnection);
    while (!connection.isAvailable) await delay(20);
    expect(await statuses(many(4), token)).toEqual([200, 200, 200, 429]);
  });

  it('counts on when its scripts are flushed', async () => {
    api = await start(server.url);
    const token = issuer.mint();
    await statuses(many(2), token);
    await server.ask('script', 'flush');
    expect(await statuses(many(2), token)).toEqual([200, 429]);
  });

  it('closes the connection when the application stops', async () => {
    api = await start(server.url);
    await statuses(many(1), issuer.mint());
    const clients = async () =>
      String(await server.ask('client', 'list'))
        .trim()
        .split('\n');
    expect(await clients()).toHaveLength(2);
    await api.close();
    expect(await clients()).toHaveLength(1);
  });
});
