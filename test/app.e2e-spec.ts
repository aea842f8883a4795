import { MessagesService } from '../src/messages/messages.service.js';
import { type Api, AUDIENCE, startApi } from './support/api.js';
import type { Ask } from './support/http.js';
import { expectRefusal } from './support/refusal.js';

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/;
const JSON_TYPE = { 'Content-Type': 'application/json' };
const LIMIT = 64 * 1024;

describe('The API', () => {
  let api: Api;
  let token: string;

  beforeAll(async () => {
    api = await startApi({ environment: { CORS_ORIGINS: 'https://app.example.com' } });
    token = api.issuer.mint({ scope: 'read:messages write:messages' });
  });

  afterAll(() => api.close());

  describe('says in its headers', () => {
    it('that its answers are data and nothing to render or to frame', async () => {
      const { headers } = await api.get('/api/public');
      expect(headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
      });
    });

    it('the same on a refusal and on an unknown path', async () => {
      const answers = [await api.get('/api/private'), await api.get('/nothing')];
      expect(answers.map(({ headers }) => headers['x-content-type-options'])).toEqual([
        'nosniff',
        'nosniff',
      ]);
    });

    it('nothing of what it is made of', async () => {
      const { headers } = await api.get('/api/public');
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    });
  });

  describe('gives each request an id', () => {
    const idOf = async (path: string, ask: Ask = {}) =>
      (await api.send('GET', path, ask)).headers['x-request-id'];

    it.each(['abc', 'A-b_c.9', 'x'.repeat(64)])('taken from X-Request-Id: %s', async (id) => {
      expect(await idOf('/api/public', { headers: { 'X-Request-Id': id } })).toBe(id);
    });

    it.each(['', 'a b', 'a/b', '<script>', 'ä', 'x'.repeat(65)])(
      'made where X-Request-Id is %j',
      async (id) => {
        const made = await idOf('/api/public', { headers: { 'X-Request-Id': id } });
        expect(made).toMatch(UUID);
      },
    );

    it('made where X-Request-Id comes twice', async () => {
      const headers = ['X-Request-Id', 'a', 'X-Request-Id', 'b'];
      expect(await idOf('/api/public', { headers })).toMatch(UUID);
    });

    it.each([
      ['a refusal', 'GET', '/api/private', {}],
      ['an unknown path', 'GET', '/nothing', {}],
      ['a malformed URL', 'GET', '/%zz', {}],
      [
        'a preflight',
        'OPTIONS',
        '/api/private',
        { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' },
      ],
      [
        'a body that cannot be read',
        'POST',
        '/api/messages',
        { ...JSON_TYPE, 'Content-Length': '1' },
      ],
    ])('and sends it back with %s', async (_, method, path, headers: Record<string, string>) => {
      const body = method === 'POST' ? '{' : undefined;
      const answer = await api.send(method, path, {
        body,
        headers: { ...headers, 'X-Request-Id': 'mine' },
      });
      expect(answer.headers['x-request-id']).toBe('mine');
    });
  });

  describe('answers what it does not know', () => {
    it.each([
      ['GET', '/nothing'],
      ['GET', '/api'],
      ['GET', '/api/private/'],
      ['POST', '/api/private'],
      ['TRACE', '/api/private'],
    ])("%s %s, with or without a token, in Nest's form", async (method, path) => {
      const body = { statusCode: 404, error: 'Not Found', message: `Cannot ${method} ${path}` };
      expect(await api.send(method, path)).toMatchObject({ status: 404, json: body });
      expect(await api.send(method, path, { token })).toMatchObject({ status: 404, json: body });
    });

    it('a URL that cannot be decoded', async () => {
      expect(await api.get('/api/messages/%zz', token)).toMatchObject({
        status: 400,
        headers: { 'x-content-type-options': 'nosniff' },
        json: { statusCode: 400, error: 'Bad Request', message: 'The URL is malformed' },
      });
    });

    it('a parameter as long as a URL may be', async () => {
      expect((await api.get(`/api/messages/${'x'.repeat(12_000)}`, token)).status).toBe(404);
    });

    it('HEAD as GET, without the body and with the same guards', async () => {
      const { status, body, headers } = await api.send('HEAD', '/api/open');
      expect({ status, body, length: headers['content-length'] }).toEqual({
        status: 200,
        body: '',
        length: '27',
      });
      expect((await api.send('HEAD', '/api/private')).status).toBe(401);
    });
  });

  describe('reads JSON and nothing else', () => {
    const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
      api.send('POST', '/api/messages', { token, body, headers });

    it.each([
      ['a form', 'application/x-www-form-urlencoded', 'text=a'],
      ['a form with files', 'multipart/form-data; boundary=x', '--x--'],
      ['text', 'text/plain', 'text'],
      ['what calls itself almost JSON', 'application/jsonp', '{"text":"a"}'],
      ['what has no name', 'nonsense', '{"text":"a"}'],
    ])('so %s is 415', async (_, type, body) => {
      expect(await post(body, { 'Content-Type': type })).toMatchObject({
        status: 415,
        json: { statusCode: 415, message: 'Unsupported Media Type' },
      });
    });

    it.each([
      ['cut off', '{"text":'],
      ['empty', ''],
      ['out to change prototypes', '{"text":"a","__proto__":{"x":1}}'],
      ['out to change constructors', '{"text":"a","constructor":{"prototype":{"x":1}}}'],
      ['not UTF-8', Buffer.from('{"text":"\xe9"}', 'latin1')],
    ])('so a body that is %s is 400', async (_, body: string | Buffer) => {
      expect(await post(body)).toMatchObject({ status: 400, json: { statusCode: 400 } });
    });

    it('of 64 KiB and no more', async () => {
      const ofLength = (length: number) => `{"text":"a"}${' '.repeat(length - 12)}`;
      expect((await post(ofLength(LIMIT))).status).toBe(201);
      expect(await post(ofLength(LIMIT + 1))).toMatchObject({
        status: 413,
        json: { statusCode: 413, message: 'Request body is too large' },
      });
    });

    it('of 64 KiB and no more, where its length is not said before', async () => {
      const chunked = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' };
      expect((await post(' '.repeat(LIMIT + 1), chunked)).status).toBe(413);
    });

    it('and says of bad input each field and its fault', async () => {
      const answer = await post('{"text":7,"title":"x"}');
      expect(answer).toMatchObject({
        status: 400,
        json: {
          statusCode: 400,
          error: 'Bad Request',
          message: expect.arrayContaining([
            'text: must be a string',
            'title: is not a known field',
          ]),
        },
      });
    });

    it('before it looks at the token, without a challenge', async () => {
      const answer = await api.send('POST', '/api/messages', { body: '{', headers: JSON_TYPE });
      expect(answer.status).toBe(400);
      expect(answer.headers).not.toHaveProperty('www-authenticate');
    });
  });

  describe('lets browsers in by origin', () => {
    const preflight = (origin: string) =>
      api.send('OPTIONS', '/api/messages', {
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization,content-type',
        },
      });

    it('and answers the preflight of one that is on the list, without asking for a token', async () => {
      expect(await preflight('https://app.example.com')).toMatchObject({
        status: 204,
        headers: {
          'access-control-allow-origin': 'https://app.example.com',
          'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
          'access-control-allow-headers': 'authorization,content-type',
          'access-control-max-age': '600',
          vary: expect.stringContaining('Origin'),
        },
      });
    });

    it.each([
      'https://evil.example.com',
      'http://app.example.com',
      'https://app.example.com:8443',
      'null',
    ])('and allows nothing to %s', async (origin) => {
      const answers = [
        await preflight(origin),
        await api.send('GET', '/api/public', { headers: { Origin: origin } }),
      ];
      for (const { headers } of answers) {
        expect(headers).not.toHaveProperty('access-control-allow-origin');
        expect(headers).toMatchObject({ vary: expect.stringContaining('Origin') });
      }
    });

    it('and shows it the headers of a refusal', async () => {
      const answer = await api.get('/api/private', undefined, {
        headers: { Origin: 'https://app.example.com' },
      });
      expectRefusal(answer, { status: 401 });
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example.com',
        'access-control-expose-headers': 'WWW-Authenticate, Retry-After, Location, X-Request-Id',
      });
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    });
  });

  it('tells a client nothing of an error of its own', async () => {
    const service = api.app.get(MessagesService);
    service.list = () => Promise.reject(new Error('the reason'));
    expect(await api.get('/api/messages', token)).toMatchObject({
      status: 500,
      json: { statusCode: 500, message: 'Internal server error' },
    });
  });
});

describe('The API without CORS_ORIGINS', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi();
  });

  afterAll(() => api.close());

  it('says nothing of CORS, whoever asks', async () => {
    const headers = { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' };
    const answers = [
      await api.send('GET', '/api/public', { headers }),
      await api.send('OPTIONS', '/api/public', { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
    for (const answer of answers) {
      expect(
        Object.keys(answer.headers).filter((name) => name.startsWith('access-control')),
      ).toEqual([]);
    }
  });
});

describe('The configuration', () => {
  it('decides which audience a token needs, and which claims grant scopes', async () => {
    const api = await startApi({
      environment: {
        AUTH0_AUDIENCE: 'https://one.test,https://two.test',
        GRANT_CLAIMS: 'permissions',
      },
    });
    const granted = { permissions: ['read:messages'] };
    const { issuer } = api;
    try {
      for (const aud of ['https://one.test', 'https://two.test']) {
        expect(
          (await api.get('/api/private-scoped', issuer.mint({ aud, ...granted }))).status,
        ).toBe(200);
      }
      const stranger = await api.get(
        '/api/private-scoped',
        issuer.mint({ aud: AUDIENCE, ...granted }),
      );
      expectRefusal(stranger, { status: 401, code: 'audience_mismatch' });
      const scoped = issuer.mint({ aud: 'https://one.test', scope: 'read:messages' });
      expectRefusal(await api.get('/api/private-scoped', scoped), {
        status: 403,
        code: 'insufficient_scope',
        scope: 'read:messages',
      });
    } finally {
      await api.close();
    }
  });
});
