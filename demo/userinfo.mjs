import { verifyForUserinfo } from './access-token.mjs';
import { findPerson } from './people.mjs';

/** Claims about a person, for ID tokens and `/userinfo`: what scope opens them is oidc-provider's option `claims`. */
export const CLAIMS_OF_SCOPES = {
  openid: ['sub'],
  profile: ['name', 'nickname', 'updated_at'],
  email: ['email', 'email_verified'],
};

/** Scopes of OpenID Connect, beside the permissions of the API. */
export const OIDC_SCOPES = [...Object.keys(CLAIMS_OF_SCOPES), 'offline_access'];

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
 * `/userinfo` for access tokens of the API: Auth0 takes them there when they carry the scope `openid`; oidc-provider
 * takes only those that are for no API, which are left to it.
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
      ctx.body = opened(claimsOf(person), scope.split(' '));
    }
    return undefined;
  };
}

function opened(claims, scopes) {
  const names = scopes.flatMap((scope) => CLAIMS_OF_SCOPES[scope] ?? []);
  return Object.fromEntries(names.map((name) => [name, claims[name]]));
}
