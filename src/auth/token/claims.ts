/**
 * Claims of an access token (RFC 7519 §4.1, RFC 9068 §2.2). An application declares its own claims
 * by interface augmentation:
 *
 * @example
 * // The package. For the folder, the path of its index.
 * declare module 'nestjs-resource-server' {
 *   interface AccessTokenClaims {
 *     tier?: 'free' | 'premium';
 *   }
 * }
 */
export interface AccessTokenClaims {
  /** Issuer: one of the configured issuers. */
  iss: string;
  /** Audience: contains an audience that the route accepts. */
  aud: string | readonly string[];
  /** Expiry, in seconds since 1970: in the future. */
  exp: number;
  /** Subject: a person, or a client that acts for itself. Not empty where present. */
  sub?: string;
  /** Not valid before, in seconds since 1970: in the past. */
  nbf?: number;
  /** Issued at, in seconds since 1970. Checked only with `profile` or `maxTokenAgeSec`. */
  iat?: number;
  /** Required only with `profile`, as is `client_id`. */
  jti?: string;
  client_id?: string;
  azp?: string;
  /** Scopes, separated by spaces. Not checked: read them from {@link RequestAuth.scopes}. */
  scope?: string;
  permissions?: readonly string[];
  [claim: string]: unknown;
}
