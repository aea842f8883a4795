import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PEOPLE, PERMISSIONS } from '../../demo/people.mjs';
import { startTenant } from '../../demo/tenant.mjs';
import { request } from '../support/http.js';
import { AUDIENCE, authorizationRequest, Browser, CLIENT_ID, claimsOf } from './browser.js';

const EVERYTHING = PERMISSIONS.join(' ');
const MACHINE = {
  grant_type: 'client_credentials',
  client_id: 'demo-machine',
  client_secret: 'demo-secret',
  audience: AUDIENCE,
};
const ORIGIN = 'http://localhost:3001';

let tenant: Awaited<ReturnType<typeof startTenant>>;

beforeAll(async () => {
  tenant = await startTenant();
});

afterAll(() => tenant.close());

const get = (path: string, headers?: Record<string, string>) =>
  request(tenant.url, 'GET', path, { headers });

const tokenRequest = (fields: Record<string, unknown>) =>
  request(tenant.url, 'POST', '/oauth/token', { json: fields });

const tokenForm = (fields: Record<string, string>, headers?: Record<string, string>) =>
  request(tenant.url, 'POST', '/oauth/token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });

describe("the tenant's documents", () => {
  it("are at the same paths as Auth0's", async () => {
    const { json } = await get('/.well-known/openid-configuration');
    expect(tenant.url).toMatch(/^http:\/\/localhost:\d+\/$/);
    expect(json).toMatchObject({
      issuer: tenant.url,
      authorization_endpoint: `${tenant.url}authorize`,
      token_endpoint: `${tenant.url}oauth/token`,
      userinfo_endpoint: `${tenant.url}userinfo`,
      jwks_uri: `${tenant.url}.well-known/jwks.json`,
    });
  });

  it('say that it is the demo, who can log in with one click, and as whom the API sees them', async () => {
    const { json } = await get('/.well-known/openid-configuration');
    expect(json.demo).toMatchObject({
      login_parameter: 'demo_login_as',
      broken_tokens: `${tenant.url}demo/broken-tokens`,
      people: [{ username: 'reader' }, { username: 'writer' }, { username: 'admin' }],
    });
    for (const { username, claims } of json.demo.people) {
      const { access_token: token } = await new Browser(tenant.url).tokens(username, {
        scope: EVERYTHING,
      });
      expect(claimsOf(token)).toMatchObject(claims);
    }
  });

  it('are linked on the page at its root', async () => {
    const { status, body } = await get('/');
    expect(status).toBe(200);
    expect(body).toContain('href="/.well-known/openid-configuration"');
  });

  it('publish only the public part of one RSA key', async () => {
    const { json } = await get('/.well-known/jwks.json');
    expect(json.keys).toEqual([
      {
        kty: 'RSA',
        use: 'sig',
        alg: 'RS256',
        kid: expect.any(String),
        n: expect.any(String),
        e: 'AQAB',
      },
    ]);
  });
});

describe('the machine client', () => {
  it.each([
    ['JSON', () => tokenRequest({ ...MACHINE, scope: 'read:messages' })],
    ['a form', () => tokenForm({ ...MACHINE, scope: 'read:messages' })],
    [
      'a form and its secret in the Authorization header',
      () => {
        const { client_id: id, client_secret: secret, ...rest } = MACHINE;
        const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
        return tokenForm({ ...rest, scope: 'read:messages' }, { authorization });
      },
    ],
  ])('gets a token like those of Auth0 when it sends %s', async (_, send) => {
    const { status, json } = await send();
    expect(status).toBe(200);
    expect(json).toMatchObject({
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'read:messages',
    });
    const { iat, ...claims } = claimsOf(json.access_token);
    expect(claims).toEqual({
      iss: tenant.url,
      sub: 'demo-machine@clients',
      aud: AUDIENCE,
      azp: 'demo-machine',
      gty: 'client-credentials',
      scope: 'read:messages',
      permissions: ['read:messages'],
      exp: iat + 86_400,
      jti: expect.any(String),
    });
  });

  it('gets a token that is signed with the published key', async () => {
    const { json } = await tokenRequest(MACHINE);
    const [header, payload, signature] = json.access_token.split('.');
    const jwks = await get('/.well-known/jwks.json');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: jwks.json.keys[0].kid,
    });
    const key = createPublicKey({ key: jwks.json.keys[0], format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('gets every scope when it requests none', async () => {
    const { json } = await tokenRequest(MACHINE);
    expect(claimsOf(json.access_token)).toMatchObject({
      scope: EVERYTHING,
      permissions: PERMISSIONS,
    });
  });

  it('never gets a scope that the API does not have', async () => {
    const { json } = await tokenRequest({ ...MACHINE, scope: 'read:messages openid delete:all' });
    expect(claimsOf(json.access_token).scope).toBe('read:messages');
  });

  it.each([
    ['a wrong secret', { client_secret: 'guess' }, 401, 'invalid_client'],
    ['an unknown client', { client_id: 'unknown' }, 401, 'invalid_client'],
    ['an unknown audience', { audience: 'https://other.example.com' }, 400, 'invalid_target'],
    ['no audience', { audience: undefined }, 400, 'invalid_target'],
    ['an unsupported grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('is refused with %s', async (_, fields, status, error) => {
    const answer = await tokenRequest({ ...MACHINE, ...fields });
    expect(answer).toMatchObject({ status, json: { error } });
  });

  it.each([
    ['invalid JSON', '{"grant_type":'],
    ['a JSON array', '["client_credentials"]'],
    ['a body that is too long', JSON.stringify({ ...MACHINE, filler: 'x'.repeat(60_000) })],
  ])('gets 400 invalid_request for %s', async (_, body) => {
    const answer = await request(tenant.url, 'POST', '/oauth/token', {
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });
});

describe('a person', () => {
  const permissionsOf = (name: string) =>
    PEOPLE.find(({ username }) => username === name)!.permissions;

  it('has the permissions of a reader, a writer or an admin', () => {
    expect(permissionsOf('reader')).toContain('read:messages');
    expect(permissionsOf('reader').filter((scope) => !/^read:(?!admin)/.test(scope))).toEqual([]);
    expect(permissionsOf('writer')).toEqual(
      expect.arrayContaining(['read:messages', 'write:messages']),
    );
    expect(permissionsOf('writer').filter((scope) => scope.endsWith(':admin'))).toEqual([]);
    expect(permissionsOf('admin')).toEqual(expect.arrayContaining(['read:admin', 'write:admin']));
    expect(permissionsOf('admin')).toEqual(PERMISSIONS);
  });

  it.each([
    ['reader', permissionsOf('reader'), {}],
    ['writer', permissionsOf('writer'), { tier: 'premium' }],
    ['admin', PERMISSIONS, { roles: ['admin', 'editor'], isAdmin: true }],
  ])('%s logs in and gets only their own scopes and claims', async (name, own, claims) => {
    const tokens = await new Browser(tenant.url).tokens(name, { scope: `openid ${EVERYTHING}` });
    const scope = ['openid', ...own].join(' ');
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope });
    expect(tokens.refresh_token).toBeUndefined();
    const { iat, ...granted } = claimsOf(tokens.access_token);
    expect(granted).toEqual({
      iss: tenant.url,
      sub: `auth0|${name}`,
      aud: [AUDIENCE, `${tenant.url}userinfo`],
      auth_time: expect.any(Number),
      amr: ['pwd'],
      sid: expect.any(String),
      azp: CLIENT_ID,
      scope,
      permissions: own,
      exp: iat + 86_400,
      jti: expect.any(String),
      ...claims,
    });
  });

  it('returns to the application with its state and the issuer', async () => {
    const { callback } = await new Browser(tenant.url).logIn('reader');
    expect(callback.origin).toBe(ORIGIN);
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      code: expect.any(String),
      state: 'a-state',
      iss: tenant.url,
    });
  });

  it('gets an ID token with their name and email address', async () => {
    const tokens = await new Browser(tenant.url).tokens('writer', {
      scope: 'openid profile email',
      nonce: 'a-nonce',
    });
    expect(claimsOf(tokens.id_token)).toMatchObject({
      iss: tenant.url,
      aud: CLIENT_ID,
      sub: 'auth0|writer',
      name: 'writer',
      email: 'writer@example.com',
      nonce: 'a-nonce',
    });
  });

  it('stays logged in: a hidden frame gets a code without a login page', async () => {
    const browser = new Browser(tenant.url);
    await browser.logIn('reader');
    const { path } = authorizationRequest({
      prompt: 'none',
      response_mode: 'web_message',
    });
    const answer = await browser.get(path);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/"code":"[^"]+"/);
    expect(answer.headers).not.toHaveProperty('x-frame-options');
  });

  it('logs in with one click when the application names them', async () => {
    const browser = new Browser(tenant.url);
    const { login } = await browser.begin({ demo_login_as: 'writer' });
    expect(await browser.get(login)).toMatchObject({ status: 303 });
    const unknown = await browser.begin({ demo_login_as: 'nobody' });
    expect(await browser.get(unknown.login)).toMatchObject({ status: 200 });
  });

  it('can log in as another person in the same browser', async () => {
    const browser = new Browser(tenant.url);
    await browser.logIn('reader');
    const { login } = await browser.begin({ prompt: 'login' });
    const sent = await browser.post(login, { username: 'writer', password: 'demo' });
    // The next page has a form that submits itself and ends the reader's session.
    const resume = new URL(sent.headers.location ?? '').pathname;
    const { body } = await browser.get(resume);
    const [, action = ''] = /action="([^"]+)"/.exec(body) ?? [];
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(body) ?? [];
    const ended = await browser.post(new URL(action).pathname, { xsrf, logout: 'yes' });
    expect(ended.headers.location).toBe(sent.headers.location);
    const { headers } = await browser.get(resume);
    expect(headers.location).toMatch(/^http:\/\/localhost:3001\/?\?code=/);
  });

  it('gets login_required when a login is necessary but no page may be shown', async () => {
    const browser = new Browser(tenant.url);
    const { path } = authorizationRequest({ prompt: 'none' });
    const { headers } = await browser.get(path);
    expect(new URL(headers.location ?? '').searchParams.get('error')).toBe('login_required');
  });

  it('returns with invalid_target when the application requests an unknown audience', async () => {
    const browser = new Browser(tenant.url);
    const { path } = authorizationRequest({
      audience: 'https://other.example.com',
    });
    const { headers } = await browser.get(path);
    expect(new URL(headers.location ?? '').searchParams.get('error')).toBe('invalid_target');
  });
});

describe('a stronger or newer login (RFC 9470)', () => {
  const MFA = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

  it('is in the access token: when, and by which means', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { access_token: token } = await new Browser(tenant.url).tokens('reader');
    const { auth_time: time, acr, amr } = claimsOf(token);
    expect({ acr, amr }).toEqual({ amr: ['pwd'] });
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('shows the login page again for acr_values that the session does not have', async () => {
    const browser = new Browser(tenant.url);
    await browser.tokens('reader');
    const { login } = await browser.begin({ acr_values: MFA });
    expect((await browser.get(login)).body).toContain('counts as one with a second factor');
    const { access_token: token } = await browser.tokens('reader', { acr_values: MFA });
    expect(claimsOf(token)).toMatchObject({ acr: MFA, amr: ['pwd', 'mfa'] });
  });

  it('shows the login page again for max_age=0', async () => {
    const browser = new Browser(tenant.url);
    await browser.tokens('reader');
    expect((await browser.begin({ max_age: '0' })).login).toMatch(/^\/u\/login\//);
  });

  it('keeps its time when the token is renewed', async () => {
    const browser = new Browser(tenant.url);
    const first = await browser.tokens('reader', { scope: 'openid offline_access' });
    const { json } = await tokenForm({
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: first.refresh_token,
    });
    expect(claimsOf(json.access_token).auth_time).toBe(claimsOf(first.access_token).auth_time);
  });

  it('is not in the token of a machine', async () => {
    const { json } = await tokenRequest(MACHINE);
    expect(Object.keys(claimsOf(json.access_token))).not.toContain('auth_time');
  });
});

describe('the login page', () => {
  it('lists the people, runs no scripts and loads no other resources', async () => {
    const browser = new Browser(tenant.url);
    const { login } = await browser.begin();
    const { status, headers, body } = await browser.get(login);
    expect(status).toBe(200);
    expect(body).toContain('Browser pages of nestjs-auth0-api');
    expect(body).toContain('This is a demo');
    for (const name of ['reader', 'writer', 'admin']) expect(body).toContain(`>${name}</dt>`);
    expect(body).toMatch(/<input[^>]* name="username"/);
    expect(body).toMatch(/<input[^>]* name="password"\s+type="password"/);
    expect(body).not.toMatch(/<script|src=|href=/);
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; frame-ancestors 'none'; ` +
        `form-action 'self' ${ORIGIN}`,
    );
  });

  it.each([
    ['a wrong password', 'reader', 'guess'],
    ['an unknown name', 'unknown', 'demo'],
    ['a name with markup', '"><script>alert(1)</script>', 'demo'],
  ])('refuses %s with 401, and accepts another attempt', async (_, username, password) => {
    const browser = new Browser(tenant.url);
    const { login } = await browser.begin();
    const { status, body } = await browser.post(login, { username, password });
    expect(status).toBe(401);
    expect(body).toContain('role="alert"');
    expect(body).not.toContain('<script');
    const again = await browser.post(login, { username: 'reader', password: 'demo' });
    expect(again).toMatchObject({ status: 303 });
  });

  it('works only in the browser that started the login', async () => {
    const { login } = await new Browser(tenant.url).begin();
    const answer = await new Browser(tenant.url).post(login, {
      username: 'reader',
      password: 'demo',
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('This login is no longer valid');
  });
});

describe('a refresh token', () => {
  it('is issued for offline_access, renews the access token and is replaced on use', async () => {
    const browser = new Browser(tenant.url);
    const first = await browser.tokens('reader', { scope: 'openid offline_access read:messages' });
    const refresh = (token: string) =>
      browser.post('/oauth/token', {
        grant_type: 'refresh_token',
        client_id: CLIENT_ID,
        refresh_token: token,
      });
    const { status, json } = await refresh(first.refresh_token);
    expect(status).toBe(200);
    expect(claimsOf(json.access_token)).toMatchObject({
      sub: 'auth0|reader',
      aud: [AUDIENCE, `${tenant.url}userinfo`],
      scope: 'openid offline_access read:messages',
    });
    expect(json.refresh_token).not.toBe(first.refresh_token);
    expect(await refresh(first.refresh_token)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    });
  });
});

describe('/userinfo', () => {
  it.each([
    ['for the API', { audience: AUDIENCE }],
    ['without an audience', { audience: '' }],
  ])('accepts an access token %s', async (_, parameters) => {
    const tokens = await new Browser(tenant.url).tokens('writer', {
      scope: 'openid email',
      ...parameters,
    });
    const authorization = `Bearer ${tokens.access_token}`;
    const { status, headers, json } = await get('/userinfo', { authorization, origin: ORIGIN });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(json).toEqual({
      sub: 'auth0|writer',
      email: 'writer@example.com',
      email_verified: true,
    });
  });

  it('refuses a forged token, and a token without the scope openid', async () => {
    const { access_token: token } = await new Browser(tenant.url).tokens('reader');
    const [header, , signature] = token.split('.');
    const admin = Buffer.from(JSON.stringify({ ...claimsOf(token), sub: 'auth0|admin' }));
    const forged = `${header}.${admin.toString('base64url')}.${signature}`;
    const machine = (await tokenRequest(MACHINE)).json.access_token;
    for (const refused of [forged, machine, 'a.b.c']) {
      const answer = await get('/userinfo', { authorization: `Bearer ${refused}` });
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    }
  });
});

describe('a page from another origin', () => {
  const preflight = (origin: string) =>
    request(tenant.url, 'OPTIONS', '/oauth/token', {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'auth0-client,content-type',
      },
    });

  it('may send the headers of the browser SDK if it is the application', async () => {
    const { status, headers } = await preflight(ORIGIN);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers': 'auth0-client,content-type',
    });
  });

  it('may read broken tokens only if it is the application', async () => {
    const origins = [ORIGIN, 'https://evil.example'];
    const answers = await Promise.all(
      origins.map((origin) => get('/demo/broken-tokens', { origin })),
    );
    expect(answers.map(({ headers }) => headers['access-control-allow-origin'])).toEqual([
      ORIGIN,
      undefined,
    ]);
    expect(answers[0]!.headers).toMatchObject({ 'cache-control': 'no-store', vary: 'Origin' });
  });

  it('may not read tokens if it is not the application', async () => {
    const { status, headers } = await request(tenant.url, 'POST', '/oauth/token', {
      headers: { origin: 'https://evil.example' },
      json: MACHINE,
    });
    expect(status).toBe(400);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('a port in use', () => {
  it('is reported in one sentence', async () => {
    const port = Number(new URL(tenant.url).port);
    await expect(startTenant({ port })).rejects.toThrow(
      `The tenant cannot listen on port ${port} (EADDRINUSE). Choose another port.`,
    );
  });
});

describe('the keys', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'demo-keys-'));
  });

  afterEach(() => rm(dataDir, { recursive: true }));

  const kidOf = async () => {
    const { url, close } = await startTenant({ dataDir });
    const { json } = await request(url, 'GET', '/.well-known/jwks.json');
    await close();
    return json.keys[0].kid;
  };

  it('survive a restart, in a file that only its owner can read', async () => {
    const kid = await kidOf();
    expect(await kidOf()).toBe(kid);
    const { mode } = await stat(join(dataDir, 'keys.json'));
    expect(mode & 0o777).toBe(0o600);
  });

  it('are not replaced when the file is damaged: the start fails and names the file', async () => {
    await writeFile(join(dataDir, 'keys.json'), '{}');
    await expect(startTenant({ dataDir })).rejects.toThrow(
      /keys\.json is not a key file of the demo\. Delete it/,
    );
  });
});
