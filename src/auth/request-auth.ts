import type { ResolvedAuthOptions } from './auth.options.js';
import { grantedScopes, valuesIn } from './token/claim-path.js';
import type { AccessTokenClaims } from './token/claims.js';
import type { AccessTokenHeader, CompactJws } from './token/compact-jws.js';

/** What a request carries as `request.auth` once its access token is accepted. Deeply frozen. */
export interface RequestAuth {
  readonly payload: Readonly<AccessTokenClaims>;
  readonly header: Readonly<AccessTokenHeader>;
  /** Scopes granted by the claims in the option `grantClaims`, and those that they imply. */
  readonly scopes: readonly string[];
  /** The token itself, to pass it on. Not enumerable, so that it stays out of logs. */
  readonly token: string;
}

/**
 * A WebSocket client. The gateway's `handleConnection` sets `auth`; as a promise, so that messages
 * that arrive early wait for it.
 *
 * @example handleConnection(client: Socket & AuthenticatedClient) {}
 */
export interface AuthenticatedClient {
  auth?: RequestAuth | Promise<RequestAuth | undefined> | undefined;
}

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- the way to augment Express
  namespace Express {
    // oxlint-disable-next-line typescript/no-empty-object-type -- merges with an application's own
    interface User extends Partial<AccessTokenClaims> {}
    interface Request {
      auth?: RequestAuth | undefined;
      user?: User | undefined;
    }
  }
}

/** @ts-ignore -- an application on Express has no fastify to augment */
declare module 'fastify' {
  interface FastifyRequest {
    auth?: RequestAuth | undefined;
    user?: AccessTokenClaims | undefined;
  }
}

/** Frozen, because requests with one token share it: a handler cannot change another's claims. */
export function createRequestAuth(
  token: string,
  { header, payload }: CompactJws,
  { grantClaims, impliedScopes }: ResolvedAuthOptions,
): RequestAuth {
  const scopes = grantedScopes(payload, grantClaims, impliedScopes);
  const auth = { payload: payload as AccessTokenClaims, header, scopes, token };
  Object.defineProperty(auth, 'token', { enumerable: false });
  for (const value of valuesIn(auth)) Object.freeze(value);
  return auth;
}

/** No client and no library sets this property by accident. */
const ACCEPTED = Symbol('accepted access token');

/** Sets `request.auth`, and `request.user` as Passport does. */
export function attachAuth(request: object, auth: RequestAuth): void {
  rememberAuth(request, auth);
  const carrier = request as { auth?: RequestAuth; user?: RequestAuth['payload'] };
  carrier.auth = auth;
  carrier.user = auth.payload;
}

/** Sets what {@link authOf} reads, and no property that the application may have set itself. */
export function rememberAuth(carrier: object, auth: RequestAuth | undefined): void {
  (carrier as { [ACCEPTED]?: RequestAuth | undefined })[ACCEPTED] = auth;
}

/** The token that the guards accepted for this request, client or message. */
export function authOf(carrier: object): RequestAuth | undefined {
  return (carrier as { [ACCEPTED]?: RequestAuth })[ACCEPTED];
}
