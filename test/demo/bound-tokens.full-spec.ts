import { calculateThumbprint, generateKeyPair, generateProof, type KeyPair } from 'dpop';
import { startTenant } from '../../demo/tenant.mjs';
import { request } from '../support/http.js';
import { AUDIENCE, Browser, CLIENT_ID, claimsOf, REDIRECT_URI } from './browser.js';

const MACHINE = {
  grant_type: 'client_credentials',
  client_id: 'demo-machine',
  client_secret: 'demo-secret',
  audience: AUDIENCE,
};

let tenant: Awaited<ReturnType<typeof startTenant>>;
let keyPair: KeyPair;
let jkt: string;

beforeAll(async () => {
  tenant = await startTenant();
  keyPair = await generateKeyPair('ES256', { extractable: false });
  jkt = await calculateThumbprint(keyPair.publicKey);
});

afterAll(() => tenant.close());

const proof = (url = `${tenant.url}oauth/token`, pair = keyPair) =>
  generateProof(pair, url, 'POST');

const tokenRequest = (fields: Record<string, unknown>, dpop: string) =>
  request(tenant.url, 'POST', '/oauth/token', { headers: { dpop }, json: fields });

/** Logs in as the browser SDK does, which names the key (`dpop_jkt`). */
async function logIn(scope = 'openid') {
  const { callback, verifier } = await new Browser(tenant.url).logIn('reader', {
    scope,
    dpop_jkt: jkt,
  });
  return {
    grant_type: 'authorization_code',
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: verifier,
  };
}

describe('a token request with a DPoP proof (RFC 9449 §5)', () => {
  it('gets a token that is bound to the key, with the other claims as ever', async () => {
    const { json } = await tokenRequest(await logIn(), await proof());
    expect(json.token_type).toBe('DPoP');
    expect(claimsOf(json.access_token)).toMatchObject({
      sub: 'auth0|reader',
      aud: [AUDIENCE, `${tenant.url}userinfo`],
      cnf: { jkt },
    });
  });

  it('binds the refresh token of a browser, too', async () => {
    const { json: first } = await tokenRequest(await logIn('openid offline_access'), await proof());
    const renewal = {
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: first.refresh_token,
    };
    const other = await generateKeyPair('ES256');
    expect(await tokenRequest(renewal, await proof(undefined, other))).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    });
    const { json } = await tokenRequest(renewal, await proof());
    expect(claimsOf(json.access_token).cnf).toEqual({ jkt });
  });

  it('binds the token of a machine', async () => {
    const { json } = await tokenRequest(MACHINE, await proof());
    expect(json.token_type).toBe('DPoP');
    expect(claimsOf(json.access_token)).toMatchObject({ gty: 'client-credentials', cnf: { jkt } });
  });

  it('is refused when the proof is for another address', async () => {
    const answer = await tokenRequest(MACHINE, await proof('http://localhost:1/oauth/token'));
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_dpop_proof' } });
  });

  it('is refused when the login named another key', async () => {
    const other = await generateKeyPair('ES256');
    const answer = await tokenRequest(await logIn(), await proof(undefined, other));
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  it('is announced by the metadata', async () => {
    const { json } = await request(tenant.url, 'GET', '/.well-known/openid-configuration');
    expect(json.dpop_signing_alg_values_supported).toContain('ES256');
  });
});

describe('a bound token', () => {
  it('is not a bearer token for /userinfo', async () => {
    const { json } = await tokenRequest(await logIn(), await proof());
    const answer = await request(tenant.url, 'GET', '/userinfo', { token: json.access_token });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
  });
});

describe('a page of the application', () => {
  it('may send the header DPoP', async () => {
    const { headers } = await request(tenant.url, 'OPTIONS', '/oauth/token', {
      headers: {
        origin: 'http://localhost:3001',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,dpop',
      },
    });
    expect(headers['access-control-allow-headers']).toBe('content-type,dpop');
  });
});
