import { createAdapter } from '../../src/http/adapter.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { createTestIssuer } from '../../src/auth/testing/index.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { type RawAnswer, readAnswer } from '../support/raw-http.js';
import { exchange, requestText } from '../support/wire.js';

const SECURITY = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
const REQUEST_ID = { 'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/) };
const WIRE = { connection: 'close', date: expect.any(String) };
const JSON_BODY = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': expect.stringMatching(/^[1-9]\d*$/),
};
const NO_STORE = { 'cache-control': 'no-store' };
const CHALLENGE = { 'www-authenticate': expect.stringMatching(/^Bearer/) };
const RETRY = { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) };

/** Words of what the API is made of, and of a stack trace. */
const INSIDES =
  /fastify|express|nest|node|passport|jsonwebtoken|jwks|drizzle|postgres|pglite|llhttp|HPE_|ERR_|FST_|\bat .+:\d+|\.[jt]s\b|Error:|v\d+\.\d+/i;

type Kind = [name: string, status: number, extra: object, text: () => string];

function expectExactly(reading: RawAnswer, status: number, headers: object): void {
  expect([reading.status, reading.headers]).toEqual([status, headers]);
  expect(reading.body).not.toMatch(INSIDES);
}

describe('An answer has the headers of security, what it needs to be read, and no other', () => {
  let api: Api;
  let own: string;

  beforeAll(async () => {
    api = await startApi();
    const token = api.issuer.mint({ scope: 'write:messages' });
    const json = { text: 'A message' };
    own = (await api.send('POST', '/api/messages', { token, json })).headers.location!;
  });

  afterAll(() => api.close());

  const bearer = (claims: Record<string, unknown> = {}) => ({
    Authorization: `Bearer ${api.issuer.mint(claims)}`,
  });
  const writer = (sub = 'auth0|test') =>
    bearer({ sub, scope: 'read:messages write:messages write:admin' });
  const sendJson = (method: string, path: string, body: string, headers = writer()) =>
    requestText(method, path, { 'Content-Type': 'application/json', ...headers }, body);

  it.each<Kind>([
    ['an open route', 200, JSON_BODY, () => requestText('GET', '/api/public')],
    ['a closed route', 200, JSON_BODY, () => requestText('GET', '/api/private', bearer())],
    ['HEAD', 200, JSON_BODY, () => requestText('HEAD', '/api/public')],
    [
      'what was created',
      201,
      { ...JSON_BODY, location: expect.stringMatching(/^\/api\/messages\/[\da-f-]{36}$/) },
      () => sendJson('POST', '/api/messages', '{"text":"a"}'),
    ],
    ['input that is refused', 400, JSON_BODY, () => sendJson('POST', '/api/messages', '{}')],
    ['broken JSON', 400, JSON_BODY, () => sendJson('POST', '/api/messages', '{"text":')],
    ['a prototype', 400, JSON_BODY, () => sendJson('POST', '/api/messages', '{"__proto__":1}')],
    ['a cursor', 400, JSON_BODY, () => requestText('GET', '/api/messages?cursor=a', writer())],
    ['a URL that cannot be decoded', 400, JSON_BODY, () => requestText('GET', '/%zz')],
    [
      'a token in two places',
      400,
      { ...JSON_BODY, ...NO_STORE, ...CHALLENGE },
      () => requestText('GET', '/api/private?access_token=x', bearer()),
    ],
    [
      'no token',
      401,
      { ...JSON_BODY, ...NO_STORE, ...CHALLENGE, 'content-length': '0' },
      () => requestText('GET', '/api/private'),
    ],
    [
      'a bad token',
      401,
      { ...JSON_BODY, ...NO_STORE, ...CHALLENGE },
      () => requestText('GET', '/api/private', { Authorization: 'Bearer a.b.c' }),
    ],
    [
      'a scope that is missing',
      403,
      { ...JSON_BODY, ...NO_STORE, ...CHALLENGE },
      () => requestText('GET', '/api/private-scoped', bearer()),
    ],
    [
      "another's message",
      403,
      JSON_BODY,
      () => requestText('DELETE', own, writer('auth0|somebody')),
    ],
    ['an unknown path', 404, JSON_BODY, () => requestText('GET', '/nothing')],
    ['a method that no route has', 404, JSON_BODY, () => requestText('PUT', '/api/public')],
    ['OPTIONS', 404, JSON_BODY, () => requestText('OPTIONS', '/api/public')],
    ['TRACE', 404, JSON_BODY, () => requestText('TRACE', '/api/public')],
    ['no message', 404, JSON_BODY, () => requestText('GET', '/api/messages/a', writer())],
    [
      'a body that is too large',
      413,
      JSON_BODY,
      () => sendJson('POST', '/api/messages', `"${'a'.repeat(65_536)}"`),
    ],
    [
      'a body that is no JSON',
      415,
      JSON_BODY,
      () =>
        requestText('POST', '/api/messages', { 'Content-Type': 'text/plain', ...writer() }, 'a'),
    ],
  ])('to %s: %d', async (_, status, extra, text) => {
    const reading = readAnswer(await exchange(api.url, text()));
    expectExactly(reading, status, { ...SECURITY, ...REQUEST_ID, ...WIRE, ...extra });
  });

  it('without a body', async () => {
    const { headers } = await api.send('POST', '/api/messages', {
      token: api.issuer.mint({ scope: 'write:messages' }),
      json: { text: 'Gone soon' },
    });
    const reading = readAnswer(
      await exchange(api.url, requestText('DELETE', headers.location!, writer())),
    );
    expectExactly(reading, 204, { ...SECURITY, ...REQUEST_ID, ...WIRE });
    expect(reading.body).toBe('');
  });

  it('to what fails inside, of which it says nothing', async () => {
    const service = api.app.get(MessagesService);
    service.list = () => Promise.reject(new Error('the reason, at /src/messages.ts:7'));
    try {
      const reading = readAnswer(
        await exchange(api.url, requestText('GET', '/api/messages', writer())),
      );
      expectExactly(reading, 500, { ...SECURITY, ...REQUEST_ID, ...WIRE, ...JSON_BODY });
      expect(JSON.parse(reading.body)).toEqual({
        statusCode: 500,
        message: 'Internal server error',
      });
    } finally {
      Reflect.deleteProperty(service, 'list');
    }
  });

  it('to a token that cannot be judged while the issuer is down: 503', async () => {
    const issuer = await createTestIssuer({ audience: AUDIENCE });
    issuer.fail('down');
    const cut = await startApi({ issuer });
    try {
      const headers = { Authorization: `Bearer ${issuer.mint()}` };
      const reading = readAnswer(
        await exchange(cut.url, requestText('GET', '/api/private', headers)),
      );
      const extra = { ...JSON_BODY, ...NO_STORE, ...RETRY };
      expectExactly(reading, 503, { ...SECURITY, ...REQUEST_ID, ...WIRE, ...extra });
    } finally {
      await cut.close();
      await issuer.close();
    }
  });

  it.each<[string, number, string]>([
    ['headers that are too long', 431, requestText('GET', '/', { 'X-Long': 'a'.repeat(17_000) })],
    ['a path that is too long', 431, requestText('GET', `/${'a'.repeat(17_000)}`)],
    ['what is no HTTP', 400, 'Hello\r\n\r\n'],
    ['a method that HTTP does not know', 400, requestText('LOOK', '/api/public')],
    ['another protocol', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a header with a line break in its name', 400, requestText('GET', '/', { 'X\rY': 'a' })],
    ['a header with a NUL', 400, requestText('GET', '/', { 'X-Y': 'a\0b' })],
    ['two lengths', 400, 'GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ])('to %s, which reaches no route: %d', async (_, status, text) => {
    const reading = readAnswer(await exchange(api.url, text));
    expectExactly(reading, status, { ...SECURITY, ...JSON_BODY, connection: 'close' });
    expect(JSON.parse(reading.body)).toEqual({
      statusCode: status,
      error: expect.any(String),
      message: expect.any(String),
    });
    expect(reading.headers['content-length']).toBe(String(Buffer.byteLength(reading.body)));
  });

  it('or none at all and an empty body, where Node itself answers', async () => {
    const answers = [
      await exchange(api.url, 'GET /api/public HTTP/1.1\r\nConnection: close\r\n\r\n'),
      await exchange(api.url, requestText('POST', '/api/public', { Expect: 'a miracle' })),
    ].map(readAnswer);
    expect(answers.map(({ status }) => status)).toEqual([400, 417]);
    for (const { headers, body } of answers) {
      expect(headers).toEqual({ ...WIRE, 'transfer-encoding': 'chunked' });
      expect(body.trim()).toBe('0');
    }
  });

  it('once: what is no HTTP behind a request gets no answer inside of the one that is under way', async () => {
    const adapter = createAdapter();
    adapter.getInstance().get('/slow', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-length': 1000 }).write('the beginning');
    });
    const slow = await startApi({ adapter });
    const request = 'GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const answer = await exchange(slow.url, request, { next: 'no HTTP\r\n\r\n' });
    await slow.close();
    expect(readAnswer(answer)).toMatchObject({ status: 200, body: 'the beginning' });
  });
});
