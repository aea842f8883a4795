import { verifyForUserinfo } from './access-token.mjs';
import { findPerson } from './people.mjs';

/** Claims about a person in ID tokens and at `/userinfo`, by the scope that grants them. */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub'],
  profile: ['name', 'nickname', 'updated_at'],
  email: ['email', 'email_verified'],
};

/** Scopes of OpenID Connect. The API's permissions are scopes, too. */
export const OIDC_SCOPES = [...Object.keys(CLAIMS_BY_SCOPE), 'offline_access'];

/** @param {import('./people.mjs').Person} person */
export function claimsOf({ id, username }) {
  return {
    sub: id,
    name: username,
    nickname: username,
    updated_at: '2026-01-01T00:00:00.000Z',
    email: `${username}@example.com`,
    email_verified: true,
  };
}

/**
 * `/userinfo` for access tokens of the API with the scope `openid`, which Auth0 accepts there.
 * oidc-provider handles access tokens without an audience itself.
 *
 * @param {{ issuer: string, signing: object, apiOrigin: string }} tenant
 */
export function userinfo(tenant) {
  return (ctx, next) => {
    const [, token] = /^Bearer ([^.]+\.[^.]+\.[^.]+)$/i.exec(ctx.get('authorization')) ?? [];
    if (ctx.path !== '/userinfo' || ctx.method !== 'GET' || token === undefined) return next();
    ctx.vary('Origin');
    if (ctx.get('origin') === tenant.apiOrigin) {
      ctx.set('access-control-allow-origin', tenant.apiOrigin);
    }
    ctx.set('cache-control', 'no-store');
    const { sub, scope } = verifyForUserinfo(token, tenant) ?? {};
    const person = findPerson(sub);
    if (person === undefined) {
      ctx.status = 401;
      ctx.set('www-authenticate', 'Bearer error="invalid_token"');
      ctx.body = { error: 'invalid_token', error_description: 'invalid token provided' };
    } else {
      ctx.body = grantedClaims(claimsOf(person), scope.split(' '));
    }
    return undefined;
  };
}

function grantedClaims(claims, scopes) {
  const names = scopes.flatMap((scope) => CLAIMS_BY_SCOPE[scope] ?? []);
  return Object.fromEntries(names.map((name) => [name, claims[name]]));
}
