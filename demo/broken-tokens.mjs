import { createPrivateKey, sign } from 'node:crypto';
import { SPA } from './clients.mjs';
import { AUDIENCE, PEOPLE } from './people.mjs';
import { claimsOf } from './userinfo.mjs';

const PATH = '/demo/broken-tokens';

const HOUR_SEC = 60 * 60;

/** @param {string} issuer */
export const brokenTokensUrl = (issuer) => new URL(PATH, issuer).href;

/**
 * Tokens that an API must refuse, for the page's buttons that send them. Only an issuer can sign
 * most of them. The query's `person` chooses whose they are.
 *
 * @param {{ issuer: string, signing: Record<string, any>, apiOrigin: string }} tenant
 */
export function brokenTokens({ issuer, signing, apiOrigin }) {
  return (ctx, next) => {
    if (ctx.path !== PATH || ctx.method !== 'GET') return next();
    ctx.vary('Origin');
    if (ctx.get('origin') === apiOrigin) ctx.set('access-control-allow-origin', apiOrigin);
    ctx.set('cache-control', 'no-store');
    const person = PEOPLE.find(({ username }) => username === ctx.query.person) ?? PEOPLE[0];
    ctx.body = mint(person, issuer, signing);
    return undefined;
  };
}

function mint(person, issuer, signing) {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now, exp: now + HOUR_SEC };
  const good = {
    iss: issuer,
    sub: person.id,
    aud: AUDIENCE,
    ...times,
    azp: SPA.id,
    scope: person.permissions.join(' '),
    ...person.claims,
    permissions: person.permissions,
  };
  const key = createPrivateKey({ key: signing, format: 'jwk' });
  const token = (claims) => {
    const signed = [{ alg: 'RS256', typ: 'JWT', kid: signing.kid }, claims].map(encode).join('.');
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };
  const expired = token({ ...good, iat: now - 2 * HOUR_SEC, exp: now - HOUR_SEC });
  // Also with its own claims put back, a tampered token is not valid.
  const [header, , signature] = expired.split('.');
  return {
    expired,
    other_audience: token({ ...good, aud: 'https://other-api.example.com' }),
    tampered: [header, encode({ ...good, sub: 'auth0|somebody-else' }), signature].join('.'),
    id_token: token({
      iss: issuer,
      aud: SPA.id,
      ...times,
      nonce: 'a-nonce',
      ...claimsOf(person),
    }),
  };
}

function encode(json) {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}
