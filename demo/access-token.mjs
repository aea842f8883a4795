import { createPublicKey, verify } from 'node:crypto';
import { findPerson } from './people.mjs';

/** @param {string} issuer */
const userinfoAudience = (issuer) => `${issuer}userinfo`;

/**
 * Changes the header and claims of an access token to those of Auth0, before it is signed.
 *
 * @param {object} token of oidc-provider
 * @param {{ header?: object, payload: Record<string, unknown> }} jwt
 * @param {{ authTime: number, acr?: string, amr?: string[], sessionUid: string } | undefined} login
 *   of the person: the authorization code or the refresh token that the token is for
 */
export function toAuth0Format(token, jwt, login) {
  const { client_id: azp, ...payload } = jwt.payload;
  jwt.header = { typ: 'JWT' };
  jwt.payload = {
    ...payload,
    azp,
    ...(token.kind === 'ClientCredentials'
      ? machineClaims(token)
      : { ...loginClaims(login), ...personClaims(token, payload) }),
  };
}

function machineClaims({ clientId, scopes }) {
  return { sub: `${clientId}@clients`, gty: 'client-credentials', permissions: [...scopes] };
}

/**
 * Of Auth0, a post-login Action puts these into access tokens: for a step-up (RFC 9470 §6.1), and
 * `sid`, which a logout names.
 */
function loginClaims({ authTime, acr, amr, sessionUid } = {}) {
  const claims = { auth_time: authTime, acr, amr, sid: sessionUid };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

function personClaims({ accountId, scopes, resourceServer }, { iss, aud }) {
  const { claims, permissions } = findPerson(accountId);
  return {
    aud: scopes.has('openid') ? [aud, userinfoAudience(iss)] : aud,
    ...claims,
    permissions: permissions.filter((permission) => resourceServer.scopes.has(permission)),
  };
}

/**
 * Verifies an access token sent to `/userinfo`.
 *
 * @param {string} token
 * @param {{ issuer: string, signing: object }} tenant
 * @returns {Record<string, any> | undefined} the claims, or undefined when the token is not valid
 */
export function verifyForUserinfo(token, { issuer, signing }) {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!signature || rest.length > 0) return undefined;
  const key = createPublicKey({ key: signing, format: 'jwk' });
  const signed = Buffer.from(`${header}.${payload}`);
  // Always RS256: the header's `alg` is ignored.
  if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const isForUserinfo = [claims.aud].flat().includes(userinfoAudience(issuer));
  // A token bound to a key (`cnf`) is not a bearer token, and proofs are not checked here.
  const isUsable = isForUserinfo && claims.cnf === undefined && claims.exp > Date.now() / 1000;
  return isUsable ? claims : undefined;
}
