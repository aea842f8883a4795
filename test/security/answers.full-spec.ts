import { createTestIssuer } from '../../src/auth/testing/index.js';
import { MessagesService } from '../../src/messages/messages.service.js';
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
/** Of an answer to a request with a token. */
const PRIVATE = { 'cache-control': 'private, no-cache' };
const CHALLENGE = { 'www-authenticate': expect.stringMatching(/^Bearer/) };
const RETRY = { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) };

/** Names of the software behind the API, and parts of a stack trace. */
const INSIDES = new RegExp(
  [
    'fastify|express|nest|node|passport|jsonwebtoken|jwks|drizzle|postgres|pglite|llhttp',
    String.raw`HPE_|ERR_|FST_|\bat .+:\d+|\.[jt]s\b|Error:|v\d+\.\d+`,
  ].join('|'),
  'i',
);

type Kind = [name: string, status: number, extra: object, text: () => string];

function expectExactly(reading: RawAnswer, status: number, headers: object): void {
  expect([reading.status, reading.headers]).toEqual([status, headers]);
  expect(reading.body).not.toMatch(INSIDES);
}

describe('An answer has the security headers and those that describe it, and no others,', () => {
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
    [
      'a protected route',
      200,
      { ...JSON_BODY, ...PRIVATE },
      () => requestText('GET', '/api/private', bearer()),
    ],
    ['HEAD', 200, JSON_BODY, () => requestText('HEAD', '/api/public')],
    [
      'a created message',
      201,
      {
        ...JSON_BODY,
        ...PRIVATE,
        location: expect.stringMatching(/^\/api\/messages\/[\da-f-]{36}$/),
      },
      () => sendJson('POST', '/api/messages', '{"text":"a"}'),
    ],
    ['bad input', 400, { ...JSON_BODY, ...PRIVATE }, () => sendJson('POST', '/api/messages', '{}')],
    ['broken JSON', 400, JSON_BODY, () => sendJson('POST', '/api/messages', '{"text":')],
    ['a prototype', 400, JSON_BODY, () => sendJson('POST', '/api/messages', '{"__proto__":1}')],
    [
      'a bad cursor',
      400,
      { ...JSON_BODY, ...PRIVATE },
      () => requestText('GET', '/api/messages?cursor=a', writer()),
    ],
    ['a malformed URL', 400, JSON_BODY, () => requestText('GET', '/%zz')],
    [
      'a token in two places',
      400,
      { ...JSON_BODY, ...NO_STORE, ...CHALLENGE },
      () => requestText('GET', '/api/private?access_token=x', bearer()),
    ],
    [
      'a request without a token',
      401,
      { ...JSON_BODY, ...NO_STORE, ...CHALLENGE },
      () => requestText('GET', '/api/private'),
    ],
    [
      'a bad token',
      401,
      { ...JSON_BODY, ...NO_STORE, ...CHALLENGE },
      () => requestText('GET', '/api/private', { Authorization: 'Bearer a.b.c' }),
    ],
    [
      'a token without the scope',
      403,
      { ...JSON_BODY, ...NO_STORE, ...CHALLENGE },
      () => requestText('GET', '/api/private-scoped', bearer()),
    ],
    [
      'deleting the message of another author',
      403,
      { ...JSON_BODY, ...PRIVATE },
      () => requestText('DELETE', own, writer('auth0|somebody')),
    ],
    ['an unknown path', 404, JSON_BODY, () => requestText('GET', '/nothing')],
    ['a method without a route', 404, JSON_BODY, () => requestText('PUT', '/api/public')],
    ['OPTIONS', 404, JSON_BODY, () => requestText('OPTIONS', '/api/public')],
    ['TRACE', 404, JSON_BODY, () => requestText('TRACE', '/api/public')],
    [
      'an unknown message',
      404,
      { ...JSON_BODY, ...PRIVATE },
      () => requestText('GET', '/api/messages/a', writer()),
    ],
    [
      'a body that is too large',
      413,
      JSON_BODY,
      () => sendJson('POST', '/api/messages', `"${'a'.repeat(65_536)}"`),
    ],
    [
      'a body that is not JSON',
      415,
      JSON_BODY,
      () =>
        requestText('POST', '/api/messages', { 'Content-Type': 'text/plain', ...writer() }, 'a'),
    ],
  ])('when it answers %s with %d', async (_, status, extra, text) => {
    const reading = readAnswer(await exchange(api.url, text()));
    expectExactly(reading, status, { ...SECURITY, ...REQUEST_ID, ...WIRE, ...extra });
  });

  it('when it has no body', async () => {
    const { headers } = await api.send('POST', '/api/messages', {
      token: api.issuer.mint({ scope: 'write:messages' }),
      json: { text: 'Gone soon' },
    });
    const reading = readAnswer(
      await exchange(api.url, requestText('DELETE', headers.location!, writer())),
    );
    expectExactly(reading, 204, { ...SECURITY, ...REQUEST_ID, ...WIRE, ...PRIVATE });
    expect(reading.body).toBe('');
  });

  it('when the handler fails, and it does not say why', async () => {
    const service = api.app.get(MessagesService);
    service.list = () => Promise.reject(new Error('the reason, at /src/messages.ts:7'));
    try {
      const reading = readAnswer(
        await exchange(api.url, requestText('GET', '/api/messages', writer())),
      );
      expectExactly(reading, 500, {
        ...SECURITY,
        ...REQUEST_ID,
        ...WIRE,
        ...JSON_BODY,
        ...PRIVATE,
      });
      expect(JSON.parse(reading.body)).toEqual({
        statusCode: 500,
        message: 'Internal server error',
      });
    } finally {
      Reflect.deleteProperty(service, 'list');
    }
  });

  it('when the keys of the issuer cannot be fetched', async () => {
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
    ['text that is not HTTP', 400, 'Hello\r\n\r\n'],
    ['an unknown method', 400, requestText('LOOK', '/api/public')],
    ['another protocol', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a header with a line break in its name', 400, requestText('GET', '/', { 'X\rY': 'a' })],
    ['a header with a NUL', 400, requestText('GET', '/', { 'X-Y': 'a\0b' })],
    ['two lengths', 400, 'GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ])('except to %s, which Node cannot parse: %d, and it closes the connection', async (...row) => {
    const [, status, text] = row;
    const reading = readAnswer(await exchange(api.url, text));
    expect(reading).toMatchObject({
      status,
      headers: { 'content-length': String(Buffer.byteLength(reading.body)) },
      json: { statusCode: status, error: expect.any(String), message: expect.any(String) },
    });
    expect(reading.body).not.toMatch(INSIDES);
    expect((await api.get('/api/public')).status).toBe(200);
  });

  it('except where Node itself answers, with an empty body', async () => {
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
});
