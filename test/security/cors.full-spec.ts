import { type Api, startApi } from '../support/api.js';
import type { Answer } from '../support/http.js';

const FIRST = 'https://app.example.com';
const SECOND = 'http://localhost:5173';
const EXPOSED = 'WWW-Authenticate, Retry-After, Location, X-Request-Id, DPoP-Nonce';

const corsHeadersOf = ({ headers }: Answer) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control')));

describe('CORS with CORS_ORIGINS', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({ environment: { CORS_ORIGINS: `${FIRST}, ${SECOND}` } });
  });

  afterAll(() => api.close());

  const preflight = (headers: Record<string, string>) =>
    api.send('OPTIONS', '/api/messages', {
      headers: { 'Access-Control-Request-Method': 'PATCH', ...headers },
    });

  it.each([FIRST, SECOND])(
    'allows %s, without credentials, other methods or private networks',
    async (origin) => {
      const answer = await preflight({
        Origin: origin,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization',
        'Access-Control-Request-Private-Network': 'true',
      });
      expect([answer.status, answer.body, corsHeadersOf(answer)]).toEqual([
        204,
        '',
        {
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
          'access-control-allow-headers': 'authorization',
          'access-control-expose-headers': EXPOSED,
          'access-control-max-age': '600',
        },
      ]);
      expect(answer.headers.vary).toMatch(/\bOrigin\b/);
    },
  );

  it('answers a preflight with the security headers', async () => {
    expect((await preflight({ Origin: FIRST })).headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  it.each([
    `${FIRST}.evil.test`,
    `${FIRST}evil.test`,
    `${FIRST}@evil.test`,
    `${FIRST}/`,
    `${FIRST}.`,
    `${FIRST}:443`,
    `${FIRST}:3000`,
    `${FIRST}, https://evil.test`,
    `https://evil.test, ${FIRST}`,
    `${FIRST} ${SECOND}`,
    'https://evil-app.example.com',
    'https://evil.app.example.com',
    'https://evilapp.example.com',
    'https://appxexample.com',
    'https://example.com',
    'HTTPS://APP.EXAMPLE.COM',
    'http://app.example.com',
    'http://localhost',
    'http://localhost:51730',
    'http://127.0.0.1:5173',
    'https://localhost:5173',
    'file://',
    'null',
    'undefined',
    '*',
    '',
  ])('allows nothing for the origin %j', async (origin) => {
    const Origin = origin;
    const answers = [
      await preflight({ Origin }),
      await api.get('/api/public', undefined, { headers: { Origin } }),
      await api.get('/api/private', undefined, { headers: { Origin } }),
      await api.get('/nothing', undefined, { headers: { Origin } }),
    ];
    for (const { headers } of answers) {
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(headers.vary).toMatch(/\bOrigin\b/);
    }
  });

  it('allows nothing for a request with no origin, or with two', async () => {
    const answers = [
      await api.get('/api/public'),
      await api.send('GET', '/api/public', {
        headers: ['Origin', FIRST, 'Origin', 'https://evil.test'],
      }),
      await api.send('OPTIONS', '/api/messages'),
    ];
    for (const { headers } of answers) {
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('does not run a handler for a preflight, and does not open a route', async () => {
    const headers = { Origin: FIRST };
    expect(await preflight(headers)).toMatchObject({ status: 204, body: '' });
    expect((await api.get('/api/private', undefined, { headers })).status).toBe(401);
  });

  it('lets an allowed origin read the headers of a refusal', async () => {
    const answer = await api.get('/api/private', undefined, { headers: { Origin: FIRST } });
    expect(answer.status).toBe(401);
    expect(corsHeadersOf(answer)).toEqual({
      'access-control-allow-origin': FIRST,
      'access-control-expose-headers': EXPOSED,
    });
  });
});

describe('CORS without CORS_ORIGINS', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi();
  });

  afterAll(() => api.close());

  it('is off for every origin', async () => {
    const headers = { Origin: FIRST, 'Access-Control-Request-Method': 'GET' };
    const answers = [
      await api.send('GET', '/api/public', { headers }),
      await api.send('OPTIONS', '/api/public', { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
    expect(answers.map(corsHeadersOf)).toEqual([{}, {}]);
  });
});
