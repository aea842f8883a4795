import { Controller, Get } from '@nestjs/common';
import { SkipThrottle } from '@nestjs/throttler';
import { Clock, Public } from '../../src/auth/index.js';
import { RedisConnection } from '../../src/redis/redis-connection.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import type { Answer } from '../support/http.js';
import { linesOf, parseLines } from '../support/log.js';

const LIMIT = 3;
const ORIGIN = 'https://app.example.com';

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer({ audience: AUDIENCE });
});

afterAll(() => issuer.close());

/** The statuses of requests that are made one after another. */
async function statuses(count: number, ask: () => Promise<Answer>): Promise<number[]> {
  const answers: number[] = [];
  for (let made = 0; made < count; made += 1) answers.push((await ask()).status);
  return answers;
}

@Controller('unlimited')
@SkipThrottle()
class UnlimitedController {
  @Get()
  @Public()
  answer() {
    return {};
  }
}

describe('RATE_LIMIT', () => {
  let api: Api;
  let time = Date.now();

  beforeAll(async () => {
    api = await startApi({
      issuer,
      environment: { RATE_LIMIT: `${LIMIT}`, CORS_ORIGINS: ORIGIN, TRUSTED_PROXIES: '127.0.0.1' },
      controllers: [UnlimitedController],
    });
    api.app.get(Clock).now = () => time;
  });

  beforeEach(() => {
    time += 60_000;
  });

  afterAll(() => api.close());

  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
  const privately = (token?: string, address = '198.51.100.1') =>
    api.get('/api/private', token, from(address));

  it('answers 429 with Retry-After to more requests of a client within a minute', async () => {
    const token = issuer.mint({ sub: 'ann' });
    expect(await statuses(LIMIT, () => privately(token))).toEqual([200, 200, 200]);
    time += 17_400;
    expect(await privately(token)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '43', 'cache-control': 'no-store' },
      json: { statusCode: 429, message: 'Too Many Requests' },
    });
  });

  it('ends a refusal when the minute of the client ends', async () => {
    const token = issuer.mint({ sub: 'ann' });
    await statuses(LIMIT, () => privately(token));
    time += 59_999;
    expect((await privately(token)).status).toBe(429);
    time += 1;
    expect(await statuses(LIMIT + 1, () => privately(token))).toEqual([200, 200, 200, 429]);
  });

  it('counts all routes and all tokens of a subject together, from any address', async () => {
    const mint = () => issuer.mint({ sub: 'ann', scope: 'read:messages' });
    await privately(mint(), '198.51.100.1');
    await api.get('/api/messages', mint(), from('198.51.100.2'));
    await api.get('/api/me', mint(), from('198.51.100.3'));
    expect((await privately(mint(), '198.51.100.4')).status).toBe(429);
  });

  it('counts what is refused with 403 by subject', async () => {
    const token = issuer.mint({ sub: 'ann' });
    const ask = () => api.get('/api/private-scoped', token, from('198.51.100.1'));
    expect(await statuses(LIMIT + 1, ask)).toEqual([403, 403, 403, 429]);
  });

  it.each([
    ['no token', () => undefined],
    ['a bad token', () => issuer.mint({ sub: 'ann', exp: 1 })],
    ['a text that is not a token', () => 'none'],
  ])('counts requests with %s by address, and good tokens from there pass', async (_, mint) => {
    const answers = await statuses(LIMIT + 2, () => privately(mint()));
    expect(answers).toEqual([401, 401, 401, 429, 429]);
    expect((await privately(mint(), '198.51.100.2')).status).toBe(401);
    expect((await privately(issuer.mint({ sub: 'ann' }))).status).toBe(200);
  });

  it('counts requests to public routes by address, whatever token they have', async () => {
    const ask = () => api.get('/api/public', issuer.mint({ sub: 'ann' }), from('198.51.100.1'));
    expect(await statuses(LIMIT + 1, ask)).toEqual([200, 200, 200, 429]);
    expect((await privately(issuer.mint({ sub: 'ann' }))).status).toBe(200);
  });

  it.each([
    ['client_id', { client_id: 'machine' }],
    ['azp', { azp: 'machine' }],
  ])('counts a token without sub by its %s', async (_, claims) => {
    const ask = (address: string) => privately(issuer.mint({ sub: undefined, ...claims }), address);
    await statuses(LIMIT, () => ask('198.51.100.1'));
    expect((await ask('198.51.100.2')).status).toBe(429);
    expect((await privately(undefined, '198.51.100.1')).status).toBe(401);
  });

  it('counts a token that names nobody by address', async () => {
    const anonymous = { sub: undefined, client_id: undefined, azp: undefined };
    const ask = (address: string) => privately(issuer.mint(anonymous), address);
    await statuses(LIMIT, () => ask('198.51.100.1'));
    expect((await ask('198.51.100.1')).status).toBe(429);
    expect((await ask('198.51.100.2')).status).toBe(200);
  });

  it('counts a subject and a client of the same name apart', async () => {
    await statuses(LIMIT, () => privately(issuer.mint({ sub: 'x' })));
    const token = issuer.mint({ sub: undefined, client_id: 'x' });
    expect((await privately(token)).status).toBe(200);
  });

  it('keeps the headers of CORS and of security', async () => {
    const ask = () => api.get('/api/public', undefined, { headers: { Origin: ORIGIN } });
    await statuses(LIMIT, ask);
    expect(await ask()).toMatchObject({
      status: 429,
      headers: {
        'access-control-allow-origin': ORIGIN,
        'access-control-expose-headers': expect.stringContaining('Retry-After'),
        'x-content-type-options': 'nosniff',
        'x-request-id': expect.any(String),
      },
    });
  });

  it('does not count routes with @SkipThrottle()', async () => {
    expect(await statuses(LIMIT + 1, () => api.get('/unlimited'))).toEqual([200, 200, 200, 200]);
  });

  describe('counts as one address', () => {
    it.each([
      ['the /64 of an IPv6 address', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
      ['an IPv4 address, also mapped into IPv6', '198.51.100.1', '::ffff:198.51.100.1'],
      ['the connection, when the proxy names no address', 'unknown', '198.51.100.1:5678'],
    ])('%s', async (_, one, same) => {
      await statuses(LIMIT, () => privately(undefined, one));
      expect((await privately(undefined, same)).status).toBe(429);
      expect((await privately(undefined, '2001:db8:1:3::1')).status).toBe(401);
    });
  });

  it('believes only what the trusted proxy adds to X-Forwarded-For', async () => {
    const ask = (claimed: string) => privately(undefined, `${claimed}, 198.51.100.1`);
    const answers = await Promise.all(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(ask));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect((await ask('192.0.2.4')).status).toBe(429);
  });
});

describe('RATE_LIMIT without TRUSTED_PROXIES', () => {
  it('ignores X-Forwarded-For, and logs one line for many refusals', async () => {
    const environment = { RATE_LIMIT: '2', LOG_LEVEL: 'warn', NODE_ENV: 'production' };
    const api = await startApi({ issuer, environment });
    const ask = (client: number) =>
      api.get('/api/public', undefined, { headers: { 'X-Forwarded-For': `192.0.2.${client}` } });
    const lines = await linesOf(async () => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map(ask));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(3);
    });
    expect(parseLines(lines)).toEqual([
      expect.objectContaining({
        level: 'warn',
        context: 'RateLimitGuard',
        message: 'Refused: too many requests.',
        status: 429,
        refused: 1,
        client: '127.0.0.1',
        countedFor: 'address 127.0.0.1',
        route: 'GET /api/public',
        requestId: expect.any(String),
      }),
    ]);
    await api.close();
  });
});

describe('RATE_LIMIT while the keys of the issuer cannot be fetched', () => {
  it('counts what is answered with 503 by address', async () => {
    const away = await createTestIssuer({ audience: AUDIENCE });
    away.fail('down');
    const api = await startApi({ issuer: away, environment: { RATE_LIMIT: '2' } });
    const ask = () => api.get('/api/private', away.mint());
    expect(await statuses(3, ask)).toEqual([503, 503, 429]);
    await api.close();
    await away.close();
  });
});

describe('without RATE_LIMIT', () => {
  it('no request is counted, and REDIS_URL is not used', async () => {
    const api = await startApi({ issuer, environment: { REDIS_URL: 'redis://127.0.0.1:1' } });
    expect(await statuses(20, () => api.get('/api/public'))).toEqual(Array(20).fill(200));
    expect(api.app.get(RedisConnection)).toBeUndefined();
    await api.close();
  });
});
