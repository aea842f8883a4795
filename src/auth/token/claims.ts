/**
 * Claims of an access token (RFC 7519 §4.1, RFC 9068 §2.2). An application declares its own by
 * interface augmentation:
 *
 * @example
 * declare module './auth/index.js' {
 *   interface AccessTokenClaims {
 *     tier?: 'free' | 'premium';
 *   }
 * }
 */
export interface AccessTokenClaims {
  /** Issuer: one of the configured ones. */
  iss: string;
  /** Audience: contains one of the configured ones. */
  aud: string | readonly string[];
  /** Expiry, in seconds since 1970: in the future. */
  exp: number;
  /** Subject: a person, or a client acting for itself. Not empty where present. */
  sub?: string;
  /** Not valid before, in seconds since 1970: passed. */
  nbf?: number;
  /** Issued at, in seconds since 1970. Checked only with the options `profile` and `maxTokenAgeSec`. */
  iat?: number;
  /** Identifier of the token. Checked to be there with the option `profile`. */
  jti?: string;
  /** Client that the token was issued to (RFC 9068). Checked to be there with the option `profile`. */
  client_id?: string;
  /** Client that the token was issued to, as Auth0 names it. Not checked. */
  azp?: string;
  /** Scopes, separated by spaces. Not checked: read them from {@link RequestAuth.scopes}. */
  scope?: string;
  /** Auth0 RBAC permissions of the subject. Not checked. */
  permissions?: readonly string[];
  [claim: string]: unknown;
}

/** JOSE header of an access token (RFC 7515 §4.1). */
export interface AccessTokenHeader {
  alg: string;
  kid?: string;
  typ?: string;
  [parameter: string]: unknown;
}

/** Path of a claim: its literal name, or the names from the outermost to the innermost. */
export type ClaimPath = string | readonly string[];

/** The value of a claim. Own properties only: a claim called `constructor` is absent unless the token has it. */
export function claimOf(claims: object, path: ClaimPath): unknown {
  return typeof path === 'string' ? own(claims, path) : path.reduce<unknown>(own, claims);
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/**
 * Scopes that the given claims grant. A string is split at U+0020 only (RFC 6749 §3.3); the strings in
 * an array are whole scopes; anything else grants nothing.
 */
export function grantedScopes(claims: object, grantClaims: readonly string[]): string[] {
  const granted: string[] = [];
  for (const name of grantClaims) {
    const value = claimOf(claims, name);
    const scopes: unknown = typeof value === 'string' ? value.split(' ') : value;
    if (!Array.isArray(scopes)) continue;
    for (const scope of scopes as unknown[]) {
      if (typeof scope === 'string' && scope !== '') granted.push(scope);
    }
  }
  return granted;
}
