import { createPublicKey, verify } from 'node:crypto';
import { AUDIENCE, findPerson } from './people.mjs';

/** @param {string} issuer */
const userinfoAudience = (issuer) => `${issuer}userinfo`;

/**
 * Gives an access token of oidc-provider the header and the claims that Auth0's have.
 *
 * @param {{ kind: string, clientId: string, accountId?: string, scopes: Set<string> }} token
 * @param {{ header?: object, payload: Record<string, unknown> }} jwt what is about to be signed
 */
export function asAuth0(token, jwt) {
  const { client_id: azp, ...payload } = jwt.payload;
  jwt.header = { typ: 'JWT' };
  jwt.payload = {
    ...payload,
    azp,
    ...(token.kind === 'ClientCredentials' ? ofMachine(token) : ofPerson(token, payload)),
  };
}

function ofMachine({ clientId, scopes }) {
  return { sub: `${clientId}@clients`, gty: 'client-credentials', permissions: [...scopes] };
}

function ofPerson({ accountId, scopes }, { iss }) {
  const { claims, permissions } = findPerson(accountId);
  return {
    aud: scopes.has('openid') ? [AUDIENCE, userinfoAudience(iss)] : AUDIENCE,
    ...claims,
    permissions,
  };
}

/**
 * Verifies an access token that the tenant itself takes, at `/userinfo`.
 *
 * @param {string} token
 * @param {{ issuer: string, signing: object }} tenant
 * @returns {Record<string, any> | undefined} its claims
 */
export function verifyForUserinfo(token, { issuer, signing }) {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!signature || rest.length > 0) return undefined;
  const key = createPublicKey({ key: signing, format: 'jwk' });
  const signed = Buffer.from(`${header}.${payload}`);
  // The key says the algorithm, whatever the header says.
  if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const isForHere = [claims.aud].flat().includes(userinfoAudience(issuer));
  return isForHere && claims.exp > Date.now() / 1000 ? claims : undefined;
}
