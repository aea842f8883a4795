import type { AuthInfo } from '@modelcontextprotocol/server';
import type { RequestAuth } from '../request-auth.js';

/**
 * An accepted access token as the SDK of the Model Context Protocol passes it to tools.
 *
 * `scopes` includes the scopes that the granted ones imply. `clientId` is the claim `client_id` or
 * `azp`, or empty where the issuer sends neither. `extra` has the claims. `token` is not
 * enumerable, so that it stays out of logs: a tool must not pass it on. Without a token, the result
 * is undefined.
 *
 * @param resource the audience that the route takes tokens for, where it is a URL (RFC 8707).
 */
export function toAuthInfo(auth: RequestAuth, options?: { resource?: string }): AuthInfo;
export function toAuthInfo(
  auth: RequestAuth | undefined,
  options?: { resource?: string },
): AuthInfo | undefined;
export function toAuthInfo(
  auth: RequestAuth | undefined,
  { resource }: { resource?: string } = {},
): AuthInfo | undefined {
  if (!auth) return undefined;
  const { payload, scopes, token } = auth;
  const clientId = [payload['client_id'], payload['azp']].find((id) => typeof id === 'string');
  const info: Omit<AuthInfo, 'token'> = {
    clientId: clientId ?? '',
    scopes: [...scopes],
    expiresAt: payload.exp,
    ...(resource !== undefined && URL.canParse(resource) && { resource: new URL(resource) }),
    extra: { ...payload },
  };
  return Object.defineProperty(info as AuthInfo, 'token', { value: token });
}
