import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { jest } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startTenant } from '../../demo/tenant.mjs';
import { request } from '../support/http.js';
import { authorizationRequest, Browser, CLIENT_ID, claimsOf } from './browser.js';

interface Sent {
  url: string | undefined;
  contentType: string | undefined;
  token: string;
}

/** What the tenant sent to the API, and what the API answers. */
const sent: Sent[] = [];
let status: number;

const receive = async (received: IncomingMessage) => {
  const form = new URLSearchParams(await text(received));
  const { url, headers } = received;
  sent.push({ url, contentType: headers['content-type'], token: form.get('logout_token') ?? '' });
};

const api = createServer((received, response) => {
  void receive(received).then(() => response.writeHead(status).end());
});
let apiOrigin: string;
let tenant: Awaited<ReturnType<typeof startTenant>>;

beforeAll(async () => {
  await once(api.listen(0, 'localhost'), 'listening');
  apiOrigin = `http://localhost:${(api.address() as AddressInfo).port}`;
  tenant = await startTenant({ apiOrigin });
});

beforeEach(() => {
  sent.length = 0;
  status = 200;
});

afterAll(async () => {
  await tenant.close();
  api.close();
  api.closeAllConnections();
});

const logOut = (browser: Browser, returnTo: string) =>
  browser.get(`/v2/logout?${new URLSearchParams({ client_id: CLIENT_ID, returnTo })}`);

const logIn = async (username = 'reader') => {
  const browser = new Browser(tenant.url);
  const parameters = { redirect_uri: apiOrigin, scope: 'openid' };
  const tokens = await browser.tokens(username, parameters);
  return { browser, parameters, tokens };
};

describe('/v2/logout', () => {
  it('ends the session and redirects to the application', async () => {
    const { browser, parameters } = await logIn();
    const answer = await logOut(browser, apiOrigin);
    expect(answer).toMatchObject({ status: 302, headers: { location: `${apiOrigin}/` } });
    expect((await browser.begin(parameters)).login).toMatch(/^\/u\/login\//);
  });

  it('refuses an address that is not registered, and keeps the session', async () => {
    const { browser, parameters } = await logIn();
    const answer = await logOut(browser, 'https://evil.example');
    expect(answer.status).toBe(400);
    expect(answer.headers.location).toBeUndefined();
    const { headers } = await browser.get(authorizationRequest(parameters).path);
    expect(headers.location).toMatch(/\?code=/);
    expect(sent).toEqual([]);
  });
});

describe('a logout token (Back-Channel Logout 1.0 §2.4)', () => {
  it('goes to the API, signed with the published key, and names the ended session', async () => {
    const { browser, tokens } = await logIn('writer');
    await logOut(browser, apiOrigin);
    expect(sent).toEqual([
      {
        url: '/backchannel-logout',
        contentType: 'application/x-www-form-urlencoded',
        token: expect.any(String),
      },
    ]);
    const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', tenant.url));
    const { payload, protectedHeader } = await jwtVerify(sent[0]!.token, keys);
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'logout+jwt' });
    expect(payload).toEqual({
      iss: tenant.url,
      aud: CLIENT_ID,
      sub: 'auth0|writer',
      sid: claimsOf(tokens.access_token).sid,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: payload.iat! + 120,
    });
  });

  it('names the session of all its applications, by the sid of their tokens', async () => {
    const { browser, tokens } = await logIn();
    const { json } = await request(tenant.url, 'POST', '/oidc/register', {
      json: { redirect_uris: ['http://127.0.0.1/callback'] },
    });
    const agent = {
      client_id: json.client_id as string,
      redirect_uri: 'http://127.0.0.1/callback',
      audience: '',
      resource: `${apiOrigin}/mcp`,
      scope: 'read:messages',
    };
    const { login: consent, verifier } = await browser.begin(agent);
    const other = await browser.redeem(await browser.decide(consent, 'allow'), verifier, agent);
    await logOut(browser, apiOrigin);
    const { sid } = claimsOf(sent[0]!.token);
    expect(sid).toEqual(expect.any(String));
    expect(claimsOf(tokens.access_token).sid).toBe(sid);
    expect(claimsOf(tokens.id_token).sid).toBe(sid);
    expect(claimsOf(other.access_token).sid).toBe(sid);
  });

  it('is for one session only: another browser has another sid', async () => {
    const [one, other] = await Promise.all([logIn(), logIn()]);
    await logOut(one.browser, apiOrigin);
    expect(claimsOf(sent[0]!.token).sid).not.toBe(claimsOf(other.tokens.access_token).sid);
  });

  it('is not sent when nobody is logged in', async () => {
    await logOut(new Browser(tenant.url), apiOrigin);
    expect(sent).toEqual([]);
  });

  it('does not have to be taken: the logout succeeds anyway', async () => {
    status = 503;
    const log = jest.spyOn(console, 'error').mockImplementation(() => {});
    const { browser, parameters } = await logIn();
    expect(await logOut(browser, apiOrigin)).toMatchObject({ status: 302 });
    expect(sent).toHaveLength(1);
    expect(log).toHaveBeenCalledWith(expect.stringMatching(/did not take the logout token: .*503/));
    log.mockRestore();
    expect((await browser.begin(parameters)).login).toMatch(/^\/u\/login\//);
  });

  it('is announced by the metadata', async () => {
    const { json } = await request(tenant.url, 'GET', '/.well-known/openid-configuration');
    expect(json).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });
});
