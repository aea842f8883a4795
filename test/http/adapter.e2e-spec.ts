import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { MessagesService } from '../../src/messages/messages.service.js';
import { type Api, startApi } from '../support/api.js';
import type { Ask } from '../support/http.js';

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/;
const JSON_TYPE = { 'Content-Type': 'application/json' };
const LIMIT = 64 * 1024;

describe('The HTTP server', () => {
  let api: Api;
  let token: string;

  beforeAll(async () => {
    api = await startApi({ environment: { CORS_ORIGINS: 'https://app.example.com' } });
    token = api.issuer.mint({ scope: 'read:messages write:messages' });
  });

  afterAll(() => api.close());

  describe('sends headers that say', () => {
    it('that an answer is data, which a browser must not render or frame', async () => {
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

    it('the same with a refusal and with an unknown path', async () => {
      const answers = [await api.get('/api/private'), await api.get('/nothing')];
      expect(answers.map(({ headers }) => headers['x-content-type-options'])).toEqual([
        'nosniff',
        'nosniff',
      ]);
    });

    it('nothing about the software behind it', async () => {
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
      'generated when X-Request-Id is %j',
      async (id) => {
        const made = await idOf('/api/public', { headers: { 'X-Request-Id': id } });
        expect(made).toMatch(UUID);
      },
    );

    it('generated when X-Request-Id comes twice', async () => {
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
    ])('and returns it with %s', async (_, method, path, headers: Record<string, string>) => {
      const body = method === 'POST' ? '{' : undefined;
      const answer = await api.send(method, path, {
        body,
        headers: { ...headers, 'X-Request-Id': 'mine' },
      });
      expect(answer.headers['x-request-id']).toBe('mine');
    });
  });

  describe('answers, in the form of Nest,', () => {
    it.each([
      ['GET', '/nothing'],
      ['GET', '/api'],
      ['GET', '/api/private/'],
      ['POST', '/api/private'],
      ['TRACE', '/api/private'],
    ])('%s %s with 404, with or without a token', async (method, path) => {
      const body = { statusCode: 404, error: 'Not Found', message: `Cannot ${method} ${path}` };
      expect(await api.send(method, path)).toMatchObject({ status: 404, json: body });
      expect(await api.send(method, path, { token })).toMatchObject({ status: 404, json: body });
    });

    it('a malformed URL with 400', async () => {
      expect(await api.get('/api/messages/%zz', token)).toMatchObject({
        status: 400,
        headers: { 'x-content-type-options': 'nosniff' },
        json: { statusCode: 400, error: 'Bad Request', message: 'The URL is malformed' },
      });
    });

    it('a very long parameter with 404', async () => {
      expect((await api.get(`/api/messages/${'x'.repeat(12_000)}`, token)).status).toBe(404);
    });

    it('HEAD like GET, without the body and with the same guards', async () => {
      const { status, body, headers } = await api.send('HEAD', '/api/open');
      expect({ status, body, length: headers['content-length'] }).toEqual({
        status: 200,
        body: '',
        length: '27',
      });
      expect((await api.send('HEAD', '/api/private')).status).toBe(401);
    });
  });

  describe('reads only JSON', () => {
    const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
      api.send('POST', '/api/messages', { token, body, headers });

    it.each([
      ['a form', 'application/x-www-form-urlencoded', 'text=a'],
      ['a form with files', 'multipart/form-data; boundary=x', '--x--'],
      ['text', 'text/plain', 'text'],
      ['a type that begins like JSON', 'application/jsonp', '{"text":"a"}'],
      ['a type that is not one', 'nonsense', '{"text":"a"}'],
    ])('and answers %s with 415', async (_, type, body) => {
      expect(await post(body, { 'Content-Type': type })).toMatchObject({
        status: 415,
        json: { statusCode: 415, message: 'Unsupported Media Type' },
      });
    });

    it.each([
      ['truncated', '{"text":'],
      ['empty', ''],
      ['setting a prototype', '{"text":"a","__proto__":{"x":1}}'],
      [
        'setting the prototype of a constructor',
        '{"text":"a","constructor":{"prototype":{"x":1}}}',
      ],
      ['not UTF-8', Buffer.from('{"text":"\xe9"}', 'latin1')],
    ])('and answers a body that is %s with 400', async (_, body: string | Buffer) => {
      expect(await post(body)).toMatchObject({ status: 400, json: { statusCode: 400 } });
    });

    it('and at most 64 KiB of it', async () => {
      const ofLength = (length: number) => `{"text":"a"}${' '.repeat(length - 12)}`;
      expect((await post(ofLength(LIMIT))).status).toBe(201);
      expect(await post(ofLength(LIMIT + 1))).toMatchObject({
        status: 413,
        json: { statusCode: 413, message: 'Request body is too large' },
      });
    });

    it('and at most 64 KiB of it, when its length is not announced', async () => {
      const chunked = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' };
      expect((await post(' '.repeat(LIMIT + 1), chunked)).status).toBe(413);
    });

    it('and names each field that is wrong, and the reason', async () => {
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

    it('before it checks the token, and answers without a challenge', async () => {
      const answer = await api.send('POST', '/api/messages', { body: '{', headers: JSON_TYPE });
      expect(answer.status).toBe(400);
      expect(answer.headers).not.toHaveProperty('www-authenticate');
    });
  });

  it('does not send the reason of an internal error', async () => {
    const service = api.app.get(MessagesService);
    service.list = () => Promise.reject(new Error('the reason'));
    expect(await api.get('/api/messages', token)).toMatchObject({
      status: 500,
      json: { statusCode: 500, message: 'Internal server error' },
    });
  });

  it('answers a request that takes too long to arrive with 408', async () => {
    const server: Server = api.app.getHttpServer();
    expect(server.requestTimeout).toBe(30_000);
    const { hostname, port } = new URL(api.url);
    const connected = once(server, 'connection');
    const client = connect(Number(port), hostname);
    const [socket] = (await connected) as [Socket];
    // Node emits this when the time is up. The test does not wait for it.
    const error = Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    server.emit('clientError', error, socket);
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    await once(client, 'close');
  });
});
