import { createHmac } from 'node:crypto';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { FakeClock } from '../auth/support/fake-clock.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import type { Answer } from '../support/http.js';
import { captureLog } from '../support/log.js';
import { expectRefusal } from '../support/refusal.js';
import { ACCEPTED, type Claims, REFUSED } from './support/logout-cases.js';
import {
  CLIENT_ID,
  LOGOUT_ON,
  logoutClaims,
  logoutToken,
  sendForm,
  sendLogout,
} from './support/logout-token.js';

function expectRefused({ status, json, headers }: Answer, description: string): void {
  expect({ status, json, cacheControl: headers['cache-control'] }).toEqual({
    status: 400,
    json: { error: 'invalid_request', error_description: description },
    cacheControl: 'no-store',
  });
}

describe('POST /backchannel-logout', () => {
  let clock: FakeClock;
  let issuer: TestIssuer;
  let stranger: TestIssuer;
  let api: Api;

  beforeAll(async () => {
    clock = new FakeClock();
    const options = { audience: AUDIENCE, now: clock.now };
    [issuer, stranger] = await Promise.all([createTestIssuer(options), createTestIssuer(options)]);
    api = await startApi({ issuer, clock, environment: LOGOUT_ON });
    await api.get('/api/private', issuer.mint()); // waits for the keys
  });

  // An address may send only some bad tokens in a minute.
  beforeEach(() => clock.sleep(60_000));

  afterAll(async () => {
    await api.close();
    await Promise.all([issuer.close(), stranger.close()]);
  });

  const token = (claims: Claims = {}, header: Claims = {}) =>
    logoutToken(issuer, clock.now(), claims, header);
  const logout = (claims: Claims = {}, header: Claims = {}) =>
    sendLogout(api, token(claims, header));
  const use = (accessToken: string) => api.get('/api/private', accessToken);
  const now = () => Math.floor(clock.now() / 1000);

  const expectRevoked = async (accessToken: string) =>
    expectRefusal(await use(accessToken), { status: 401, code: 'token_revoked' });
  const expectAccepted = async (accessToken: string) =>
    expect((await use(accessToken)).status).toBe(200);

  describe('revokes (contract: the tokens issued before the logout was received)', () => {
    it('answers 200, which no cache stores, without a body', async () => {
      const { status, body, headers } = await logout();
      expect({ status, body, cacheControl: headers['cache-control'] }).toEqual({
        status: 200,
        body: '',
        cacheControl: 'no-store',
      });
      expect(headers['content-length']).toBe('0');
    });

    it('with a sub alone: all tokens of that subject', async () => {
      const tokens = [
        {},
        { sid: 'a' },
        { sid: 'b' },
        { iat: undefined },
        { iat: now() - 3600 },
      ].map((claims) => issuer.mint({ sub: 'auth0|bob', ...claims }));
      const other = issuer.mint({ sub: 'auth0|cat' });
      for (const each of [...tokens, other]) await expectAccepted(each);
      expect((await logout({ sub: 'auth0|bob' })).status).toBe(200);
      for (const each of tokens) await expectRevoked(each);
      await expectAccepted(other);
    });

    it('with a sid and a sub: the session, and what of the subject has no sid', async () => {
      const sub = 'auth0|dan';
      const ended = [{ sid: 'laptop' }, { sid: undefined }].map((claims) =>
        issuer.mint({ sub, ...claims }),
      );
      const kept = [
        issuer.mint({ sub, sid: 'phone' }),
        issuer.mint({ sub: 'auth0|eve' }),
        issuer.mint({ sub: 'auth0|eve', sid: 'tablet' }),
      ];
      for (const each of [...ended, ...kept]) await expectAccepted(each);
      expect((await logout({ sub, sid: 'laptop' })).status).toBe(200);
      for (const each of ended) await expectRevoked(each);
      for (const each of kept) await expectAccepted(each);
    });

    it('with a sid alone: that session', async () => {
      const ended = issuer.mint({ sub: 'auth0|fay', sid: 'desk' });
      const kept = issuer.mint({ sub: 'auth0|fay' });
      expect((await logout({ sub: undefined, sid: 'desk' })).status).toBe(200);
      await expectRevoked(ended);
      await expectAccepted(kept);
    });

    it('not what is issued from the next second on, and again after the next logout', async () => {
      const sub = 'auth0|gus';
      await logout({ sub });
      await expectRevoked(issuer.mint({ sub }));
      clock.advance(1000);
      const fresh = issuer.mint({ sub });
      await expectAccepted(fresh);
      await logout({ sub });
      await expectRevoked(fresh);
    });

    it("what was issued before the logout by the issuer's clock, if that is ahead", async () => {
      const sub = 'auth0|hal';
      const accessToken = issuer.mint({ sub, iat: now() + 3 });
      await logout({ sub, iat: now() + 3 });
      await expectRevoked(accessToken);
    });

    it('and shows administrators the row', async () => {
      await logout({ sub: 'auth0|ida', sid: 's-1' });
      const admin = issuer.mint({ sub: 'auth0|root', scope: 'read:admin' });
      const { json } = await api.get('/api/admin/revocations?limit=1', admin);
      expect(json.revocations).toEqual([
        {
          id: expect.any(String) as string,
          iss: issuer.url,
          sub: 'auth0|ida',
          sid: 's-1',
          reason: 'logout',
          at: new Date(clock.now()).toISOString(),
          expiresAt: expect.any(String) as string,
        },
      ]);
    });
  });

  describe('accepts a logout token (§2.4, §2.6)', () => {
    it.each(ACCEPTED)('%s', async (_, claims, header = {}) => {
      const changed = { ...claims };
      if (claims.exp === 0) changed.exp = now() - 4;
      if (claims.iat === 0) changed.iat = now() + 4;
      expect((await logout({ sub: 'auth0|joe', ...changed }, header)).status).toBe(200);
    });
  });

  describe('refuses a logout token', () => {
    it.each(REFUSED)('%s', async (_, description, claims, header = {}) => {
      const accessToken = issuer.mint({ sub: 'auth0|kim' });
      const answer = await logout({ sub: 'auth0|kim', ...claims }, header);
      expectRefused(answer, description);
      await expectAccepted(accessToken);
    });

    it('whose alg is none, with a signature', async () => {
      expectRefused(
        await sendLogout(api, `${token({}, { alg: 'none' })}AAAA`),
        'The logout token is signed with an algorithm that is not allowed.',
      );
    });

    it('whose signature belongs to another key', async () => {
      const { kid } = issuer.key;
      const header = { alg: 'RS256', kid, typ: 'logout+jwt' };
      const forged = stranger.sign(header, logoutClaims(issuer, clock.now()));
      expectRefused(await sendLogout(api, forged), 'The signature of the logout token is invalid.');
    });

    it('signed with HS256 and the public key', async () => {
      const pem = issuer.key.publicKey.export({ type: 'spki', format: 'pem' });
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const header = { alg: 'HS256', kid: issuer.key.kid };
      const input = `${part(header)}.${part(logoutClaims(issuer, clock.now()))}`;
      const mac = createHmac('sha256', pem).update(input).digest('base64url');
      expectRefused(
        await sendLogout(api, `${input}.${mac}`),
        'The logout token is signed with an algorithm that is not allowed.',
      );
    });

    it('whose key is unknown', async () => {
      expectRefused(
        await logout({ iat: now() - 3600 }, { kid: 'other' }),
        'The logout token is signed with an unknown key.',
      );
    });

    it('whose payload was changed', async () => {
      const [header, , signature] = token().split('.');
      const payload = { ...logoutClaims(issuer, clock.now()), sub: 'auth0|kim' };
      const changed = Buffer.from(JSON.stringify(payload)).toString('base64url');
      expectRefused(
        await sendLogout(api, `${header}.${changed}.${signature}`),
        'The signature of the logout token is invalid.',
      );
    });

    it.each([
      ['an access token', () => issuer.mint({ aud: [AUDIENCE, CLIENT_ID], jti: 'a' })],
      ['an ID token', () => issuer.mint({ aud: CLIENT_ID, nonce: 'n', jti: 'a' })],
    ])('that is %s', async (_, mint) => {
      expectRefused(
        await sendLogout(api, mint()),
        'The logout token has no event of a back-channel logout.',
      );
    });

    it.each([
      ['nothing', ''],
      ['two parts', 'a.b'],
      ['an encrypted token', 'a.b.c.d.e'],
      ['no JSON', 'YQ.YQ.YQ'],
      ['more than 12 KiB', 'x'.repeat(12_289)],
    ])('that is %s', async (_, text) => {
      expectRefused(await sendLogout(api, text), 'The logout token is malformed.');
    });

    it('that was used before, and revokes nothing again (§2.6 step 7)', async () => {
      const sub = 'auth0|leo';
      const used = token({ sub });
      expect((await sendLogout(api, used)).status).toBe(200);
      clock.advance(1000);
      const fresh = issuer.mint({ sub });
      expectRefused(await sendLogout(api, used), 'The logout token was used before.');
      await expectAccepted(fresh);
      // Another token with the same jti is the same for §2.6.
      const { jti } = JSON.parse(Buffer.from(used.split('.')[1]!, 'base64url').toString()) as {
        jti: string;
      };
      expectRefused(await logout({ sub, jti }), 'The logout token was used before.');
    });

    it('all but one of ten that arrive at once', async () => {
      const used = token({ sub: 'auth0|mia' });
      const answers = await Promise.all(Array.from({ length: 10 }, () => sendLogout(api, used)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
        200,
        ...Array.from({ length: 9 }, () => 400),
      ]);
    });
  });

  it('is not an access token', async () => {
    const accessToken = token({ aud: AUDIENCE }, { typ: 'JWT' });
    expectRefusal(await use(accessToken), { status: 401, code: 'id_token_used' });
  });

  describe('reads a form', () => {
    const description = 'The body must be a form with one logout_token.';

    it.each([
      ['no logout_token', 'token=a'],
      ['nothing', ''],
      ['two', 'logout_token=a&logout_token=b'],
    ])('and refuses one with %s', async (_, body) => {
      expectRefused(await sendForm(api, body), description);
    });

    it('and no JSON', async () => {
      const json = { logout_token: token() };
      expectRefused(await api.send('POST', '/backchannel-logout', { json }), description);
    });

    it('and no query', async () => {
      expectRefused(await sendForm(api, '', `?logout_token=${token()}`), description);
    });

    it('of at most 16 KiB', async () => {
      expect((await sendForm(api, `a=${'x'.repeat(16_383)}`)).status).toBe(413);
    });

    it('and no other type', async () => {
      const headers = { 'Content-Type': 'text/plain' };
      const answer = await api.send('POST', '/backchannel-logout', { headers, body: 'a' });
      expect(answer).toMatchObject({ status: 415, json: { message: 'Unsupported Media Type' } });
    });

    it('where no other route does', async () => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const accessToken = issuer.mint({ scope: 'write:messages' });
      const ask = { token: accessToken, headers, body: 'text=a' };
      expect(await api.send('POST', '/api/messages', ask)).toMatchObject({
        status: 415,
        json: { statusCode: 415, message: 'Unsupported Media Type' },
      });
    });
  });

  it('limits how many bad tokens an address may send in a minute, and good ones never', async () => {
    for (let count = 0; count < 100; count += 1) {
      expect((await sendLogout(api, 'bad')).status).toBe(400);
    }
    expect(await sendLogout(api, 'bad')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '60', 'cache-control': 'no-store' },
      json: { statusCode: 429, message: 'Too Many Requests' },
    });
    for (let count = 0; count < 40; count += 1) expect((await logout()).status).toBe(200);
    clock.advance(60_000);
    expect((await sendLogout(api, 'bad')).status).toBe(400);
  });

  it('logs why a token is refused, bounded and without the token', async () => {
    const log = captureLog();
    const bad = token({ aud: 'x'.repeat(5000) });
    await sendLogout(api, bad);
    const [line] = log;
    expect(line).toMatchObject({
      level: 'warn',
      message: 'Refused: The logout token is for another client.',
    });
    expect(JSON.stringify(log).length).toBeLessThan(1000);
    expect(JSON.stringify(log)).not.toContain(bad.split('.')[2]);
  });

  it('finds the key that the issuer has put in the place of another', async () => {
    await issuer.rotate();
    expect((await logout()).status).toBe(200);
  });
});
