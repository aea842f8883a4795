import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { RevocationCopy } from '../../src/revocation/revocation-copy.js';
import { FakeClock } from '../auth/support/fake-clock.js';
import { AUDIENCE, startApi } from '../support/api.js';
import { LOGOUT_ON, logoutClaims, logoutToken, sendLogout } from './support/logout-token.js';

describe('Without the keys of the issuer, POST /backchannel-logout', () => {
  it('answers 503, and accepts the same token afterwards', async () => {
    const clock = new FakeClock();
    const issuer = await createTestIssuer({ audience: AUDIENCE, now: clock.now });
    issuer.fail('down');
    const api = await startApi({ issuer, clock, environment: LOGOUT_ON });
    const token = logoutToken(issuer, clock.now());
    const { status, headers, json } = await sendLogout(api, token);
    expect({ status, json }).toEqual({
      status: 503,
      json: {
        statusCode: 503,
        message: 'The signing keys of the issuer are unavailable. Try again later.',
        error: 'temporarily_unavailable',
        error_description: 'The signing keys of the issuer are unavailable. Try again later.',
        code: 'keys_unavailable',
      },
    });
    expect(headers).toMatchObject({
      'retry-after': expect.stringMatching(/^[1-9]\d*$/) as string,
      'cache-control': 'no-store',
    });
    issuer.recover();
    clock.advance(5000);
    expect((await sendLogout(api, token)).status).toBe(200);
    await api.close();
    await issuer.close();
  });
});

describe('With a shared secret, POST /backchannel-logout', () => {
  it('accepts logout tokens that are signed with it (HS256)', async () => {
    const secret = 'x'.repeat(32);
    const issuer = await createTestIssuer({ audience: AUDIENCE, secret });
    const environment = { ...LOGOUT_ON, AUTH0_SIGNING_SECRET: secret };
    const api = await startApi({ issuer, environment });
    const sign = (by: TestIssuer) =>
      by.sign({ alg: 'HS256', typ: 'logout+jwt' }, logoutClaims(issuer, Date.now()));
    const other = await createTestIssuer({ secret: 'y'.repeat(32) });
    expect((await sendLogout(api, sign(other))).status).toBe(400);
    expect((await sendLogout(api, sign(issuer))).status).toBe(200);
    await api.close();
    await Promise.all([issuer.close(), other.close()]);
  });
});

describe('POST /backchannel-logout with tokens that live shorter than the logout token', () => {
  it('refuses a second use when no revoked token is alive any more', async () => {
    const clock = new FakeClock();
    const issuer = await createTestIssuer({ audience: AUDIENCE, now: clock.now });
    const environment = { ...LOGOUT_ON, TOKEN_MAX_AGE_SEC: '60' };
    const api = await startApi({ issuer, clock, environment });
    const token = logoutToken(issuer, clock.now(), { exp: clock.now() / 1000 + 3600 });
    expect((await sendLogout(api, token)).status).toBe(200);
    clock.advance(1800_000);
    await api.app.get(RevocationCopy).follow();
    expect(await sendLogout(api, token)).toMatchObject({
      status: 400,
      json: { error_description: 'The logout token was used before.' },
    });
    await api.close();
    await issuer.close();
  });
});

describe('POST /backchannel-logout behind a proxy', () => {
  it('limits the bad tokens of each client, not those of the proxy', async () => {
    const api = await startApi({ environment: { ...LOGOUT_ON, TRUSTED_PROXIES: '127.0.0.1,::1' } });
    const sendBad = (client: string) =>
      api.send('POST', '/backchannel-logout', {
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          'X-Forwarded-For': client,
        },
        body: 'logout_token=bad',
      });
    for (let count = 0; count < 100; count += 1) await sendBad('192.0.2.1');
    expect((await sendBad('192.0.2.1')).status).toBe(429);
    expect((await sendBad('192.0.2.2')).status).toBe(400);
    await api.close();
  });
});

describe('Without BACKCHANNEL_LOGOUT, POST /backchannel-logout', () => {
  it.each([
    ['without a body', undefined],
    ['with a form', 'logout_token=a'],
  ])('does not exist, %s', async (_, body) => {
    const api = await startApi();
    const headers = body && { 'Content-Type': 'application/x-www-form-urlencoded' };
    const answer = await api.send('POST', '/backchannel-logout', { headers: headers || {}, body });
    expect(answer).toMatchObject({
      status: 404,
      json: { message: 'Cannot POST /backchannel-logout' },
    });
    await api.close();
  });
});
