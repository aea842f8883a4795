import { randomUUID } from 'node:crypto';
import type { TestIssuer } from '../../../src/auth/testing/index.js';
import type { Api } from '../../support/api.js';

export const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** The client that receives logouts. */
export const CLIENT_ID = 'browser';

/** The variables with which the application receives logouts. */
export const LOGOUT_ON = { BACKCHANNEL_LOGOUT: 'on', AUTH0_CLIENT_ID: CLIENT_ID };

/** The claims of a logout token that is accepted as it is. */
export function logoutClaims(issuer: TestIssuer, now: number): Record<string, unknown> {
  const iat = Math.floor(now / 1000);
  return {
    iss: issuer.url,
    aud: CLIENT_ID,
    iat,
    exp: iat + 120,
    jti: randomUUID(),
    sub: 'auth0|ann',
    events: { [EVENT]: {} },
  };
}

/** A logout token with these claims and header parameters changed; `undefined` takes one away. */
export function logoutToken(
  issuer: TestIssuer,
  now: number,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): string {
  const { alg, kid } = issuer.key;
  return issuer.sign(
    { alg, kid, typ: 'logout+jwt', ...header },
    { ...logoutClaims(issuer, now), ...claims },
  );
}

/** Sends a form, as an issuer does. */
export function sendForm(api: Api, body: string, query = '') {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return api.send('POST', `/backchannel-logout${query}`, { headers, body });
}

export function sendLogout(api: Api, token: string) {
  return sendForm(api, new URLSearchParams({ logout_token: token }).toString());
}
