import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Api, AUDIENCE, startApi } from '../support/api.js';

const CLIENT_ID = 'abcdefghijklmnopqrstuvwxyz012345';
const SDK = '/vendor/auth0-spa-js.production.esm.js';
const WORKER = '/vendor/auth0-spa-js.worker.production.js';
const CLOSED =
  "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';" +
  "script-src 'self';style-src 'self';img-src 'self'";

describe('The browser client, with AUTH0_CLIENT_ID', () => {
  let api: Api;
  let issuerOrigin: string;

  beforeAll(async () => {
    api = await startApi({ environment: { AUTH0_CLIENT_ID: CLIENT_ID } });
    issuerOrigin = new URL(api.issuer.url).origin;
  });

  afterAll(() => api.close());

  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/index.html', 'text/html; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml'],
    [SDK, 'text/javascript; charset=utf-8'],
    [WORKER, 'text/javascript; charset=utf-8'],
  ])('is served without a token: %s as %s', async (path, type) => {
    expect(await api.get(path)).toMatchObject({
      status: 200,
      headers: {
        'content-type': type,
        'cache-control': 'no-cache',
        etag: expect.stringMatching(/^"[\w-]+"$/),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      },
    });
  });

  it('and its page loads only what is here, beside tokens of the issuer', async () => {
    const policy = `${CLOSED};connect-src 'self' ${issuerOrigin};frame-src ${issuerOrigin};worker-src 'self'`;
    const answers = await Promise.all(['/', '/index.html', WORKER].map((path) => api.get(path)));
    expect(answers.map(({ headers }) => headers['content-security-policy'])).toEqual([
      policy,
      policy,
      policy,
    ]);
  });

  it('and its page has neither script nor style in it, and nothing of another host', async () => {
    const { body } = await api.get('/');
    expect(body).toContain('<script type="module" src="app.js"></script>');
    expect(body.match(/<script/g)).toHaveLength(1);
    expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|https?:\/\//);
  });

  it('and whoever has a file asks only whether it has changed', async () => {
    for (const path of ['/', '/app.js', SDK]) {
      const { etag } = (await api.get(path)).headers;
      const again = await api.get(path, undefined, { headers: { 'If-None-Match': etag! } });
      expect(again).toMatchObject({ status: 304, body: '', headers: { etag } });
    }
  });

  it('and every file of public is one of its routes', async () => {
    const files = await readdir(join(import.meta.dirname, '../../public'));
    const answers = await Promise.all(files.map((file) => api.get(`/${file}`)));
    expect(answers.map(({ status }) => status)).toEqual(files.map(() => 200));
  });

  it('is told by /config.json where to log in, for what, and which scopes the routes ask for', async () => {
    const answer = await api.get('/config.json');
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      },
    });
    expect(answer.json).toEqual({
      domain: issuerOrigin,
      clientId: CLIENT_ID,
      audience: AUDIENCE,
      scope:
        'openid profile email offline_access ' +
        'read:admin read:feed read:messages read:protected write:admin write:messages',
    });
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/vendor/../../package.json',
    '/vendor/%2e%2e/package.json',
    '/vendor/..%2f..%2fpackage.json',
    '/vendor/auth0-spa-js.development.js',
    '/vendor/auth0-spa-js.production.esm.js.map',
    '/vendor/lib/auth0-spa-js.cjs.js',
    '/vendor/',
    '/vendor',
    '//style.css',
    '/./style.css',
    '/style.css/',
    '/STYLE.CSS',
    '/public/style.css',
    '/package.json',
    '/.env',
  ])('opens nothing else: %s is 404', async (path) => {
    expect(await api.get(path)).toMatchObject({
      status: 404,
      json: { statusCode: 404, error: 'Not Found' },
    });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('answers no %s', async (method) => {
    expect((await api.send(method, '/')).status).toBe(404);
  });

  it('leaves the answers of the API as they were', async () => {
    const answers = [await api.get('/api/public'), await api.get('/nothing')];
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers).not.toHaveProperty('cache-control');
    }
  });
});

describe('The browser client, without AUTH0_CLIENT_ID', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi();
  });

  afterAll(() => api.close());

  it('is served, and may reach this API alone', async () => {
    const { status, headers } = await api.get('/');
    expect({ status, policy: headers['content-security-policy'] }).toEqual({
      status: 200,
      policy: `${CLOSED};connect-src 'self'`,
    });
  });

  it('has no /config.json', async () => {
    expect(await api.get('/config.json')).toMatchObject({
      status: 404,
      json: { statusCode: 404, error: 'Not Found', message: 'Cannot GET /config.json' },
    });
  });
});
