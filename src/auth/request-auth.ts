import { type AccessTokenClaims, type AccessTokenHeader, grantedScopes } from './token/claims.js';
import type { CompactJws } from './token/compact-jws.js';
import { deepFreeze } from './deep-freeze.js';

/** What the request carries as `request.auth` once its access token is accepted. Frozen. */
export interface RequestAuth {
  readonly payload: Readonly<AccessTokenClaims>;
  readonly header: Readonly<AccessTokenHeader>;
  /** Scopes granted by the claims in the option `grantClaims`. */
  readonly scopes: readonly string[];
  /** The token itself, to pass it on. Not enumerable, so that it gets into no log. */
  readonly token: string;
}

/** What a request is handed of a verified token; frozen, all of it. */
export class VerifiedAuth implements RequestAuth {
  readonly payload: Readonly<AccessTokenClaims>;
  readonly header: Readonly<AccessTokenHeader>;
  readonly scopes: readonly string[];
  declare readonly token: string;

  constructor({ token, header, payload }: CompactJws, grantClaims: readonly string[]) {
    this.payload = deepFreeze(payload as AccessTokenClaims);
    this.header = Object.isFrozen(header) ? header : deepFreeze(header);
    // A copy has no more room than it needs; a list that has grown keeps some, as long as the cache keeps the list.
    this.scopes = Object.freeze([...grantedScopes(payload, grantClaims)]);
    Object.defineProperty(this, 'token', { value: token });
    Object.freeze(this);
  }
}

/** Where the guards keep the verified token of a request. A property of this name cannot come from a client or another library. */
const VERIFIED = Symbol('verified access token');

type CarriesAuth = { [VERIFIED]?: RequestAuth; auth?: RequestAuth; user?: AccessTokenClaims };

/** Hands a verified token to the request: `request.auth`, and `request.user` as Passport has it. */
export function attachAuth(request: object, auth: RequestAuth): void {
  const carrier = request as CarriesAuth;
  carrier[VERIFIED] = auth;
  carrier.auth = auth;
  carrier.user = auth.payload;
}

/** The token that the guards verified; unlike `request.auth`, nobody else can have set it. */
export function authOf(request: object): RequestAuth | undefined {
  return (request as CarriesAuth)[VERIFIED];
}
