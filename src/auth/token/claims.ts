/**
 * Claims of an access token (RFC 7519 §4.1, RFC 9068 §2.2). An application declares its own claims
 * by interface augmentation:
 *
 * @example
 * declare module './auth/index.js' {
 *   interface AccessTokenClaims {
 *     tier?: 'free' | 'premium';
 *   }
 * }
 */
export interface AccessTokenClaims {
  /** Issuer: one of the configured issuers. */
  iss: string;
  /** Audience: contains a configured audience. */
  aud: string | readonly string[];
  /** Expiry, in seconds since 1970: in the future. */
  exp: number;
  /** Subject: a person, or a client that acts for itself. Not empty where present. */
  sub?: string;
  /** Not valid before, in seconds since 1970: in the past. */
  nbf?: number;
  /** Issued at, in seconds since 1970. Checked only with `profile` or `maxTokenAgeSec`. */
  iat?: number;
  /** Identifier of the token. Required only with `profile`. */
  jti?: string;
  /** Client that the token was issued to (RFC 9068). Required only with `profile`. */
  client_id?: string;
  /** Client that the token was issued to, in Auth0's tokens. Not checked. */
  azp?: string;
  /** Scopes, separated by spaces. Not checked: read them from {@link RequestAuth.scopes}. */
  scope?: string;
  /** Auth0 RBAC permissions of the subject. Not checked. */
  permissions?: readonly string[];
  [claim: string]: unknown;
}
