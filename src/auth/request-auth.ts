import { type AccessTokenClaims, type AccessTokenHeader, grantedScopes } from './access-token.js';

/** What the request carries as `request.auth` once its access token is accepted. */
export interface RequestAuth {
  payload: AccessTokenClaims;
  header: AccessTokenHeader;
  /** Scopes granted by the claims in the option `grantClaims`. */
  scopes: readonly string[];
  /** The token itself, to pass it on. Not enumerable, so that it gets into no log. */
  readonly token: string;
}

/** What a request is handed of a verified token. */
export function requestAuth(
  jws: { token: string; header: AccessTokenHeader; payload: object },
  grantClaims: readonly string[],
): RequestAuth {
  const payload = jws.payload as AccessTokenClaims;
  const scopes = grantedScopes(payload, grantClaims);
  const auth = { payload, header: jws.header, scopes, token: jws.token };
  return Object.defineProperty(auth, 'token', { enumerable: false });
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
