import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import {
  createDpopKey,
  createTestIssuer,
  type DpopKey,
  type TestIssuer,
} from '../../src/auth/testing/index.js';
import { RedisConnection } from '../../src/redis/redis-connection.js';
import { DpopClient, PUBLIC_URL } from '../auth/bound/support.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { captureLog } from '../support/log.js';
import { REDIS_URL, RedisServer } from '../support/redis.js';
import { expectRefusal } from '../support/refusal.js';

/** Far more than what the connection allows itself, on a machine that is busy. */
const SOON_MS = 4000;

const path = '/api/private';

let issuer: TestIssuer;
let key: DpopKey;

beforeAll(async () => {
  issuer = await createTestIssuer({ audience: AUDIENCE });
  key = await createDpopKey();
});

afterAll(() => issuer.close());

const start = (url: string) =>
  startApi({ issuer, environment: { PUBLIC_URL, DPOP: 'allowed', REDIS_URL: url } });

describe('DPOP with REDIS_URL, on two instances', () => {
  let redis: Redis;
  let apis: Api[];
  let clients: DpopClient[];

  beforeAll(async () => {
    redis = new Redis(REDIS_URL);
    apis = [await start(REDIS_URL), await start(REDIS_URL)];
    clients = apis.map((api) => new DpopClient(key, issuer, (...sent) => api.send(...sent)));
  });

  afterAll(async () => {
    await Promise.all(apis.map((api) => api.close()));
    redis.disconnect();
  });

  it('lets one of 20 requests with one proof pass, wherever they arrive', async () => {
    const [first, second] = clients as [DpopClient, DpopClient];
    const { token } = first;
    const proof = first.proof({ path });
    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? first : second).sendWith(proof, { path, token }),
      ),
    );
    const refused = sent.filter(({ status }) => status === 401);
    expect(refused).toHaveLength(19);
    expect(refused.map(({ json }) => (json as { code: string }).code)).toEqual(
      Array(19).fill('dpop_proof_invalid'),
    );
    expect(sent.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('remembers a proof as long as it could pass', async () => {
    const before = new Set(await redis.keys('dpop:*'));
    const iat = Math.floor(Date.now() / 1000) + 50;
    expect(await clients[0]!.send({ path, claims: { iat } })).toMatchObject({ status: 200 });
    const added = (await redis.keys('dpop:*')).filter((name) => !before.has(name));
    expect(added).toEqual([expect.stringMatching(/^dpop:[\w-]{43}$/)]);
    const ttl = await redis.pttl(added[0]!);
    expect(ttl).toBeGreaterThan(100_000);
    expect(ttl).toBeLessThanOrEqual(120_000);
  });
});

describe('DPOP, when Redis', () => {
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

  it.each([
    ['is gone', () => server.stop(), () => server.start()],
    ['is silent', async () => server.hold(), async () => server.resume()],
  ])('%s, is answered with 503, and bearer tokens go on', async (_, stop, back) => {
    api = await start(server.url);
    const client = new DpopClient(key, issuer, (...sent) => api.send(...sent));
    expect(await client.send({ path })).toMatchObject({ status: 200 });
    const log = captureLog();
    await stop();
    const from = performance.now();
    for (const answer of await Promise.all(
      Array.from({ length: 20 }, () => client.send({ path })),
    )) {
      expectRefusal(answer, { status: 503, code: 'replay_memory_unavailable' });
    }
    expect(performance.now() - from).toBeLessThan(SOON_MS);
    expect(await api.get(path, issuer.mint())).toMatchObject({ status: 200 });

    await back();
    const connection = api.app.get(RedisConnection);
    while (!connection.isAvailable) await client.send({ path }).then(() => delay(20));
    expect(await client.send({ path })).toMatchObject({ status: 200 });
    expect(log.filter(({ context }) => context === 'RedisConnection')).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(
          /^Redis at \S+ is unavailable, so requests with DPoP are refused: /,
        ),
      },
      { level: 'log' },
    ]);
  });
});
