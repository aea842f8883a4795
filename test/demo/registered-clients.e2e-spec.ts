import { startTenant } from '../../demo/tenant.mjs';
import { request } from '../support/http.js';
import {
  API,
  CALLBACK,
  errorOf,
  MCP,
  MCP_SCOPES,
  register,
  registered,
  tokensFor,
} from './agent.js';
import { AUDIENCE, authorizationRequest, Browser, claimsOf } from './browser.js';

let tenant: Awaited<ReturnType<typeof startTenant>>;

beforeAll(async () => {
  tenant = await startTenant({ apiOrigin: API });
});

afterAll(() => tenant.close());

describe('the consent page', () => {
  it('names the client, what it requests, and where the answer goes', async () => {
    const client = await registered(tenant.url, '<b>Agent & "friends"</b>');
    const browser = new Browser(tenant.url);
    const { consent } = await browser.beginConsent('writer', client);
    const { status, headers, body } = await browser.get(consent);
    expect(consent).toMatch(/^\/u\/consent\//);
    expect(status).toBe(200);
    expect(body).toContain(
      '<strong>&lt;b&gt;Agent &amp; &quot;friends&quot;&lt;/b&gt;</strong> wants to act as ' +
        '<strong>writer</strong>',
    );
    for (const text of [MCP, CALLBACK, client.client_id, 'read:messages', 'write:messages']) {
      expect(body).toContain(`<code>${text}</code>`);
    }
    expect(body).not.toContain('not granted');
    expect(headers['content-security-policy']).toMatch(
      /frame-ancestors 'none'; form-action 'self' http:\/\/127\.0\.0\.1:8787$/,
    );
  });

  it('says which of the requested scopes the person does not have', async () => {
    const browser = new Browser(tenant.url);
    const { consent } = await browser.beginConsent('reader', await registered(tenant.url));
    const { body } = await browser.get(consent);
    expect(body.match(/<code>[^<]+<\/code> \(not granted: reader does not have it\)/g)).toEqual([
      '<code>write:messages</code> (not granted: reader does not have it)',
    ]);
  });

  it('names a client without a name by its identifier, like the login page', async () => {
    const client = await registered(tenant.url);
    const { json } = await register(tenant.url, { redirect_uris: [CALLBACK] });
    const browser = new Browser(tenant.url);
    const { login } = await browser.begin({ ...client, client_id: json.client_id });
    expect((await browser.get(login)).body).toContain(`<strong>${json.client_id}</strong>`);
  });

  it('is shown at every login, also to a person who is logged in', async () => {
    const client = await registered(tenant.url);
    const browser = new Browser(tenant.url);
    const { consent } = await browser.beginConsent('reader', client);
    await browser.decide(consent, 'allow');
    expect((await browser.begin(client)).login).toMatch(/^\/u\/consent\//);
    const { path } = authorizationRequest({ ...client, prompt: 'none' });
    expect(errorOf((await browser.get(path)).headers.location)).toBe('consent_required');
  });

  it('comes once, after the login page, when the client requests both', async () => {
    const client = { ...(await registered(tenant.url)), prompt: 'login consent' };
    const browser = new Browser(tenant.url);
    const { consent } = await browser.beginConsent('reader', client);
    expect((await browser.decide(consent, 'allow')).searchParams.get('code')).not.toBeNull();
  });

  it('returns access_denied, with state and issuer, when the person denies', async () => {
    const browser = new Browser(tenant.url);
    const { consent } = await browser.beginConsent('reader', await registered(tenant.url));
    const callback = await browser.decide(consent, 'deny');
    expect(callback.origin + callback.pathname).toBe(CALLBACK);
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'The person denied access.',
      state: 'a-state',
      iss: tenant.url,
    });
  });

  it('takes anything but a clear yes for a no', async () => {
    const browser = new Browser(tenant.url);
    const { consent } = await browser.beginConsent('reader', await registered(tenant.url));
    const sent = await browser.post(consent, {});
    const { headers } = await browser.get(new URL(sent.headers.location ?? '').pathname);
    expect(errorOf(headers.location)).toBe('access_denied');
  });

  it('works only in the browser that logged in', async () => {
    const { consent } = await new Browser(tenant.url).beginConsent(
      'reader',
      await registered(tenant.url),
    );
    const answer = await new Browser(tenant.url).post(consent, { decision: 'allow' });
    expect(answer.status).toBe(400);
  });

  it('is not shown for an application of the tenant, not even for prompt=consent', async () => {
    const { callback } = await new Browser(tenant.url).logIn('reader', { prompt: 'consent' });
    expect(callback.searchParams.get('code')).not.toBeNull();
  });
});

describe('the access token of a registered client', () => {
  it.each([
    ['writer', MCP_SCOPES],
    ['admin', MCP_SCOPES],
    ['reader', 'read:messages'],
  ])('is for the MCP server only, with what %s may do there (RFC 8707)', async (name, scope) => {
    const client = await registered(tenant.url);
    const tokens = await tokensFor(tenant.url, name, {
      ...client,
      scope: `openid ${MCP_SCOPES} read:admin write:admin`,
    });
    expect(tokens.refresh_token).toBeUndefined();
    expect(claimsOf(tokens.access_token)).toMatchObject({
      iss: tenant.url,
      sub: `auth0|${name}`,
      aud: MCP,
      azp: client.client_id,
      scope,
      permissions: scope.split(' '),
    });
  });

  it.each([
    ['the identifier of the API', AUDIENCE],
    ['the address of the API', API],
  ])('is for the API when the client asks for %s', async (_, resource) => {
    const client = await registered(tenant.url);
    const tokens = await tokensFor(tenant.url, 'admin', {
      ...client,
      resource,
      scope: 'read:admin',
    });
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: resource, scope: 'read:admin' });
  });

  it('can have another scope than the one of the registration, for a step-up', async () => {
    const { json } = await register(tenant.url, {
      redirect_uris: [CALLBACK],
      scope: 'read:messages',
    });
    const client = { ...(await registered(tenant.url)), client_id: json.client_id };
    const tokens = await tokensFor(tenant.url, 'writer', { ...client, scope: 'write:messages' });
    expect(claimsOf(tokens.access_token).scope).toBe('write:messages');
  });

  it('can be renewed when the client asked for offline_access, for the same audience', async () => {
    const client = await registered(tenant.url);
    const first = await tokensFor(tenant.url, 'reader', {
      ...client,
      scope: 'read:messages offline_access',
      prompt: 'consent',
    });
    const { json } = await request(tenant.url, 'POST', '/oauth/token', {
      json: {
        grant_type: 'refresh_token',
        client_id: client.client_id,
        refresh_token: first.refresh_token,
        resource: MCP,
      },
    });
    expect(claimsOf(json.access_token)).toMatchObject({ aud: MCP, scope: 'read:messages' });
  });

  it('can be redeemed on another port of the loopback address (RFC 8252 §7.3)', async () => {
    const client = {
      ...(await registered(tenant.url)),
      redirect_uri: 'http://127.0.0.1:9999/callback',
    };
    expect(await tokensFor(tenant.url, 'reader', client)).toMatchObject({ token_type: 'Bearer' });
  });

  it('can be read by pages at the redirect URI only', async () => {
    const { json } = await register(tenant.url, {
      redirect_uris: ['http://localhost:6274/oauth/callback', 'cursor://anysphere/callback'],
    });
    const askFrom = (origin: string) =>
      request(tenant.url, 'POST', '/oauth/token', {
        headers: { origin },
        json: { grant_type: 'authorization_code', client_id: json.client_id },
      });
    const origins = ['http://localhost:6274', 'https://evil.example', 'null'];
    const answers = await Promise.all(origins.map(askFrom));
    expect(answers.map(({ headers }) => headers['access-control-allow-origin'])).toEqual([
      'http://localhost:6274',
      undefined,
      undefined,
    ]);
  });
});

describe('a registered client is refused', () => {
  it.each([
    ['another resource', { resource: 'https://other.example.com/mcp' }, 'invalid_target'],
    ['the MCP server of another port', { resource: 'http://localhost:3002/mcp' }, 'invalid_target'],
    ['no code challenge (RFC 7636)', { code_challenge: '' }, 'invalid_request'],
    ['a plain code challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
  ])('with %s', async (_, parameters, error) => {
    const { path } = authorizationRequest({ ...(await registered(tenant.url)), ...parameters });
    const { headers } = await new Browser(tenant.url).get(path);
    expect(headers.location).toMatch(CALLBACK);
    expect(errorOf(headers.location)).toBe(error);
  });

  it('with a redirect URI that it did not register, on a page of the tenant', async () => {
    const { path } = authorizationRequest({
      ...(await registered(tenant.url)),
      redirect_uri: 'http://127.0.0.1:8787/other',
    });
    const { status, headers, body } = await new Browser(tenant.url).get(path);
    expect(status).toBe(400);
    expect(headers.location).toBeUndefined();
    expect(body).toContain('invalid_redirect_uri');
  });

  it('when it asks for another resource at the token endpoint than at the login', async () => {
    const client = await registered(tenant.url);
    const browser = new Browser(tenant.url);
    const { consent, verifier } = await browser.beginConsent('reader', client);
    const callback = await browser.decide(consent, 'allow');
    const answer = await browser.post('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: client.client_id,
      redirect_uri: CALLBACK,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
      resource: AUDIENCE,
    });
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_target' } });
  });

  it('when it asks for a token of its own, without a person', async () => {
    const { client_id: id } = await registered(tenant.url);
    const answer = await request(tenant.url, 'POST', '/oauth/token', {
      json: { grant_type: 'client_credentials', client_id: id, audience: AUDIENCE },
    });
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });
});

describe('the machine client', () => {
  it('gets a token for the MCP server too, with its scopes', async () => {
    const { json } = await request(tenant.url, 'POST', '/oauth/token', {
      json: {
        grant_type: 'client_credentials',
        client_id: 'demo-machine',
        client_secret: 'demo-secret',
        resource: MCP,
      },
    });
    expect(claimsOf(json.access_token)).toMatchObject({
      sub: 'demo-machine@clients',
      aud: MCP,
      scope: MCP_SCOPES,
      permissions: MCP_SCOPES.split(' '),
    });
  });
});
