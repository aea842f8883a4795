import { jest } from '@jest/globals';
import { startTenant } from '../../demo/tenant.mjs';
import { request } from '../support/http.js';
import { API, CALLBACK, register, registered } from './agent.js';
import { authorizationRequest, Browser } from './browser.js';

let tenant: Awaited<ReturnType<typeof startTenant>>;

beforeAll(async () => {
  tenant = await startTenant({ apiOrigin: API });
});

afterAll(() => tenant.close());

describe('the metadata of the authorization server (RFC 8414)', () => {
  it('is the discovery document, and says how an unknown client gets in', async () => {
    const [oauth, openid] = await Promise.all(
      ['oauth-authorization-server', 'openid-configuration'].map((name) =>
        request(tenant.url, 'GET', `/.well-known/${name}`),
      ),
    );
    expect(oauth!.json).toEqual(openid!.json);
    expect(oauth!.json).toMatchObject({
      issuer: tenant.url,
      registration_endpoint: `${tenant.url}oidc/register`,
      client_id_metadata_document_supported: true,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    });
  });
});

describe('registration (RFC 7591)', () => {
  it('lets in a public client, and keeps its name and redirect URIs only', async () => {
    const { status, json } = await register(tenant.url, {
      client_name: 'An agent',
      redirect_uris: [CALLBACK],
      scope: 'read:messages',
      application_type: 'web',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      jwks_uri: 'https://agent.example/keys',
    });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      client_id: expect.any(String),
      client_name: 'An agent',
      redirect_uris: [CALLBACK],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    });
    for (const name of ['scope', 'client_secret', 'jwks_uri', 'registration_access_token']) {
      expect(json).not.toHaveProperty(name);
    }
  });

  it.each([
    'http://localhost:8787/callback',
    'http://[::1]/callback',
    'https://agent.example/callback',
    'cursor://anysphere/callback',
  ])('accepts the redirect URI %s', async (uri) => {
    expect(await register(tenant.url, { redirect_uris: [uri] })).toMatchObject({ status: 201 });
  });

  it.each([
    ['http on another host', ['http://agent.example/callback']],
    ['http on a host that begins like a loopback address', ['http://127.0.0.1.evil.example/']],
    ['one of them with http on another host', [CALLBACK, 'http://agent.example/callback']],
    ['a script', ['javascript:alert(1)']],
    ['a fragment', [`${CALLBACK}#x`]],
    ['no URI', ['callback']],
    ['an empty list', []],
    ['no list', undefined],
  ])('refuses redirect URIs with %s', async (_, uris) => {
    const answer = await register(tenant.url, { redirect_uris: uris });
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_redirect_uri' } });
  });

  it('refuses a body that is not a JSON object', async () => {
    const answer = await register(tenant.url, []);
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_client_metadata' } });
  });

  it('is open to pages of any origin, since it gives nothing away', async () => {
    const origin = 'https://inspector.example';
    const answer = await register(tenant.url, { redirect_uris: [CALLBACK] }, { origin });
    const preflight = await request(tenant.url, 'OPTIONS', '/oidc/register', {
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*' });
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'content-type',
      },
    });
  });
});

describe('a client ID metadata document', () => {
  let count = 0;

  /** Starts a login. The tenant gets the document from a `fetch` of the test. */
  async function begin(changes: object) {
    // Another address each time, because the tenant keeps the documents.
    const id = `https://agent.example/${(count += 1)}.json`;
    const metadata = {
      client_id: id,
      client_name: 'A documented agent',
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'none',
      ...changes,
    };
    const fetched = jest
      .spyOn(globalThis, 'fetch')
      .mockImplementation(() => Promise.resolve(Response.json(metadata)));
    try {
      const { path } = authorizationRequest({ ...(await registered(tenant.url)), client_id: id });
      const browser = new Browser(tenant.url);
      const { headers, body } = await browser.get(path);
      return headers.location ? (await browser.get(headers.location)).body : body;
    } finally {
      fetched.mockRestore();
    }
  }

  it('lets a client in without a registration', async () => {
    expect(await begin({})).toContain('to continue to <strong>A documented agent</strong>');
  });

  it.each([
    ['is for another client', { client_id: 'https://agent.example/other.json' }, 'not match'],
    ['is of a web application', { application_type: 'web' }, 'client is not allowed'],
    [
      'has a redirect URI with http on another host',
      { redirect_uris: ['http://agent.example/'] },
      'loopback',
    ],
    [
      'asks for tokens without a person',
      { grant_types: ['authorization_code', 'client_credentials'] },
      'client is not allowed',
    ],
  ])('is refused when it %s', async (_, changes, reason) => {
    const page = await begin(changes);
    expect(page).toContain('The tenant refused the request');
    expect(page).toContain(reason);
  });
});
