import { type AccessTokenClaims, type AccessTokenHeader, grantedScopes } from './access-token.js';

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
export function requestAuth(
  jws: { token: string; header: AccessTokenHeader; payload: object },
  grantClaims: readonly string[],
): RequestAuth {
  const payload = jws.payload as AccessTokenClaims;
  const scopes = grantedScopes(payload, grantClaims);
  const auth = { payload, header: jws.header, scopes, token: jws.token };
  return deepFreeze(Object.defineProperty(auth, 'token', { enumerable: false }));
}

/** Requests with the same token share these objects: what one handler changed, another would see. */
function deepFreeze<T extends object>(root: T): T {
  // A list, not recursion: the depth of a claim is the issuer's to choose.
  const objects: object[] = [root];
  for (const object of objects) {
    Object.freeze(object);
    for (const value of Object.values(object) as unknown[]) {
      if (typeof value === 'object' && value !== null) objects.push(value);
    }
  }
  return root;
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
