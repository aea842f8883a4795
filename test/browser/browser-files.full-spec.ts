import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AccessRules } from '../../src/auth/index.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';

const ROOT = join(import.meta.dirname, '../..');
const CLIENT_ID = 'abcdefghijklmnopqrstuvwxyz012345';
const SDK = '/vendor/auth0-spa-js.production.esm.js';
const WORKER = '/vendor/auth0-spa-js.worker.production.js';
const CLOSED =
  "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';" +
  "script-src 'self';style-src 'self';img-src 'self'";

describe('The browser pages with AUTH0_CLIENT_ID', () => {
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
  ])('are served without a token: %s as %s', async (path, type) => {
    expect(await api.get(path)).toMatchObject({
      status: 200,
      headers: {
        'content-type': type,
        'cache-control': 'no-cache',
        etag: expect.stringMatching(/^"[\w-]{43}"$/),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      },
    });
  });

  it('are the files of public/ and of the SDK, byte for byte', async () => {
    const files = [
      ['/', 'public/index.html'],
      ['/style.css', 'public/style.css'],
      [SDK, `node_modules/@auth0/auth0-spa-js/dist/${basename(SDK)}`],
    ] as const;
    for (const [path, file] of files) {
      const { body, headers } = await api.get(path);
      const content = await readFile(join(ROOT, file));
      expect(body).toBe(content.toString());
      expect(headers['content-length']).toBe(String(content.length));
    }
  });

  it('answer HEAD with the headers of GET and no body', async () => {
    for (const path of ['/', '/app.js', SDK]) {
      const { date: _, 'x-request-id': __, ...headers } = (await api.get(path)).headers;
      expect(await api.send('HEAD', path)).toMatchObject({ status: 200, body: '', headers });
    }
  });

  it('load files of this server only, and tokens of the issuer', async () => {
    const policy =
      `${CLOSED};connect-src 'self' ${issuerOrigin};` +
      `frame-src ${issuerOrigin};worker-src 'self'`;
    const answers = await Promise.all(['/', '/index.html', WORKER].map((path) => api.get(path)));
    expect(answers.map(({ headers }) => headers['content-security-policy'])).toEqual([
      policy,
      policy,
      policy,
    ]);
  });

  it('have no inline script or style, and no address of another host', async () => {
    const { body } = await api.get('/');
    expect(body).toContain('<script type="module" src="app.js"></script>');
    expect(body.match(/<script/g)).toHaveLength(1);
    expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|https?:\/\//);
  });

  it.each([
    ['the same tag', (etag: string) => etag],
    ['a tag that a proxy made weak', (etag: string) => `W/${etag}`],
    ['a list with the tag', (etag: string) => `"other", ${etag}`],
  ])('are not sent again when If-None-Match is %s', async (_, headerOf) => {
    for (const path of ['/', '/app.js', SDK]) {
      const { etag } = (await api.get(path)).headers;
      const again = await api.get(path, undefined, {
        headers: { 'If-None-Match': headerOf(etag!) },
      });
      expect(again).toMatchObject({
        status: 304,
        body: '',
        headers: { etag, 'cache-control': 'no-cache' },
      });
    }
  });

  it('are sent again when If-None-Match is the tag of another version', async () => {
    const headers = { 'If-None-Match': '"other"' };
    expect((await api.get('/app.js', undefined, { headers })).status).toBe(200);
  });

  it('include every file of public/', async () => {
    const files = await readdir(join(ROOT, 'public'));
    const answers = await Promise.all(files.map((file) => api.get(`/${file}`)));
    expect(answers.map(({ status }) => status)).toEqual(files.map(() => 200));
  });

  it('learn from /config.json where to log in, for which audience and with which scopes', async () => {
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
      scope: expect.stringMatching(/^openid profile email offline_access \S/),
    });
    const requested = answer.json.scope.split(' ').slice(4) as string[];
    const required = api.app
      .get(AccessRules)
      .all()
      .flatMap(({ rule }) => rule.scopes);
    const known = required.flatMap((requirement) => requirement.scopes);
    expect(requested).toEqual(expect.arrayContaining(['read:messages', 'write:messages']));
    const others = known.filter((scope) => !scope.endsWith(':admin'));
    expect(requested.filter((scope) => !others.includes(scope))).toEqual([]);
    expect(requested).toEqual([...new Set(requested)].toSorted());
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
  ])('open no other path: %s is 404', async (path) => {
    expect(await api.get(path)).toMatchObject({
      status: 404,
      json: { statusCode: 404, error: 'Not Found' },
    });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('do not answer %s', async (method) => {
    expect((await api.send(method, '/')).status).toBe(404);
  });

  it('do not change the headers of the API', async () => {
    const answers = [await api.get('/api/public'), await api.get('/nothing')];
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers).not.toHaveProperty('cache-control');
    }
  });
});

describe('With DPOP', () => {
  it.each(['allowed', 'required'])('the pages learn that bound tokens are %s', async (mode) => {
    const api = await startApi({
      environment: {
        AUTH0_CLIENT_ID: CLIENT_ID,
        PUBLIC_URL: 'https://api.example.com',
        DPOP: mode,
      },
    });
    const { json } = await api.get('/config.json');
    await api.close();
    expect(json).toMatchObject({ dpop: mode });
  });
});

describe('With AUTH0_CLIENT_SCOPES', () => {
  it('the pages and the docs request these scopes, also those of administrators', async () => {
    const api = await startApi({
      environment: {
        AUTH0_CLIENT_ID: CLIENT_ID,
        AUTH0_CLIENT_SCOPES: 'write:admin, read:admin,other',
        DOCS: 'on',
      },
    });
    const { scope } = (await api.get('/config.json')).json;
    const { body } = await api.get('/docs/swagger-ui-init.js');
    await api.close();
    expect(scope).toBe('openid profile email offline_access write:admin read:admin other');
    const [, scopes = ''] = /"initOAuth": \{.*?"scopes": (\[.*?\])/s.exec(body)!;
    expect(JSON.parse(scopes)).toEqual(['write:admin', 'read:admin', 'other']);
  });
});

describe('The browser pages without AUTH0_CLIENT_ID', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi();
  });

  afterAll(() => api.close());

  it('are served, and may connect to this API only', async () => {
    const { status, headers } = await api.get('/');
    expect({ status, policy: headers['content-security-policy'] }).toEqual({
      status: 200,
      policy: `${CLOSED};connect-src 'self'`,
    });
  });

  it('have no /config.json', async () => {
    expect(await api.get('/config.json')).toMatchObject({
      status: 404,
      json: { statusCode: 404, error: 'Not Found', message: 'Cannot GET /config.json' },
    });
  });
});
