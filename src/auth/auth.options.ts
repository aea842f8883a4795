import type { KeyObject } from 'node:crypto';
import type { ExecutionContext } from '@nestjs/common';
import type { Algorithm, ALGORITHMS } from './algorithms.js';
import type { ReplayStore } from './bound/replay-store.js';
import type { ClaimPath } from './token/claim-path.js';
import type { AccessTokenClaims } from './token/claims.js';
import type { ImpliedScopes } from './token/implied-scopes.js';

/** An authorization server whose access tokens are accepted. */
export interface IssuerOptions {
  /**
   * Issuer identifier, compared with the `iss` claim character by character (RFC 9068 §4).
   * Auth0 issuers end with a slash: keep it. Without `jwksUri`, the discovery document decides
   * about the final slash.
   */
  issuer: string;

  /** Identifiers of this API. A token must be for one of them (RFC 7519 §4.1.3). Required. */
  audience: string | readonly string[];

  /**
   * URL of the issuer's key set (RFC 7517 §5): https, or http on a loopback host.
   * @default `jwks_uri` of the discovery document (OpenID Connect Discovery 1.0 §4)
   */
  jwksUri?: string;

  /** Algorithms that a token may use. A key is used with its own only. @default ['RS256'] */
  algorithms?: readonly (typeof ALGORITHMS)[number][];

  /**
   * Secret shared with an issuer that signs with HS256: a string of at least 32 bytes in UTF-8.
   * Replaces `jwksUri` and `algorithms`. Anyone who can verify with a secret can also mint tokens
   * with it: prefer public keys.
   * @default none: tokens are verified with the issuer's public keys
   */
  secret?: string;
}

/** Whether a verified token has been revoked. */
export type RevocationCheck = (claims: AccessTokenClaims) => boolean | Promise<boolean>;

/** Finds the access token of a message: the token alone, without the scheme `Bearer`. */
export type TokenFinder = (
  context: ExecutionContext,
) => string | undefined | Promise<string | undefined>;

/** Options for all issuers. */
export interface CommonAuthOptions {
  /**
   * What a route without a decorator of this module needs: a valid access token, or with `'open'`
   * nothing, for adopting the module step by step. The log says at start how many are open.
   * @default 'closed'
   */
  unmarkedRoutes?: 'closed' | 'open';

  /**
   * Claims that grant scopes: with Auth0 RBAC `permissions`, and with Keycloak's realm roles the
   * path `['realm_access', 'roles']`.
   * @default ['scope', 'scp']
   */
  grantClaims?: readonly ClaimPath[];

  /**
   * Scopes that grant other scopes as well, such as `{ 'write:messages': ['read:messages'] }`. What
   * an implied scope implies is granted too.
   * @default {}: every scope grants itself alone
   */
  impliedScopes?: ImpliedScopes;

  /** How a token that fails `@Claim()` is refused: with 401 or 403. @default 'invalid_token' */
  claimFailure?: 'invalid_token' | 'insufficient_scope';

  /** Tolerance for `exp`, `nbf` and `iat`, in seconds: 0 to 300. @default 5 */
  clockToleranceSec?: number;

  /**
   * Time after which an attempt to fetch keys is aborted, in milliseconds, discovery document and
   * bodies included. Requests that need the keys wait for it.
   * @default 5000
   */
  jwksTimeoutMs?: number;

  /**
   * Age from which a key set is refreshed before it is used again, in seconds. The background
   * refresh comes at 70 to 80 % of it.
   * @default 600
   */
  jwksMaxAgeSec?: number;

  /**
   * Age up to which a key set stays in use while the issuer is unreachable, in seconds; then tokens
   * get 503. A key that the issuer withdraws during an outage stays trusted this long.
   * @default 86400
   */
  jwksMaxStaleSec?: number;

  /**
   * Cache of accepted tokens: the signature of a token is verified once. Key, audience, time and
   * revocation are still checked on every request. `false` turns the cache off.
   * @default { maxEntries: 50000, maxBytes: 67108864 }
   */
  tokenCache?: false | TokenCacheOptions;

  /**
   * Routes on the HTTP adapter itself, which no guard covers, and why each needs no token:
   * `{ 'GET /docs/*': 'API reference' }`. The application does not start with one that is not named
   * here. `ALL` stands for every method, a final `/*` for the path before it and everything below.
   * @default {}
   */
  rawRoutes?: Readonly<Record<string, string>>;

  /**
   * Called on every request with a verified token, which waits for it: give it a time limit of its
   * own. `true` refuses the token with `token_revoked`; an exception is answered with 503.
   * @default none: a token is valid until it expires
   */
  isRevoked?: RevocationCheck;

  /**
   * Finds the token of a message handler's context, and of any other that is not HTTP, GraphQL or
   * WebSocket. An exception refuses the message, and only the log shows it.
   * @default none: such handlers are refused, unless they are open
   */
  getToken?: TokenFinder;

  /**
   * The origin that clients use, without a path, such as `https://api.example.com`. It turns on
   * protected resource metadata (RFC 9728): every challenge has `resource_metadata`, and the
   * document at `/.well-known/oauth-protected-resource` tells clients where to get tokens. They
   * request them for this URL as audience.
   * @default none: no metadata
   */
  publicUrl?: string;

  /**
   * Members to add to the metadata (RFC 9728 §2), such as `{ resource_name: 'Messages' }`.
   * @default {}
   */
  resourceMetadata?: Readonly<Record<string, unknown>>;

  /**
   * Accepts access tokens that are bound to a key of the client, with a proof in the header `DPoP`
   * (RFC 9449). Needs `publicUrl`, which the URL in a proof is compared with.
   * @default { mode: 'off' }: such tokens are refused
   */
  dpop?: DpopOptions;

  /**
   * Accepts access tokens that are bound to a client certificate (RFC 8705), on requests of a
   * client with this certificate: `{ certificate: (request) => DER or undefined }`. A token that is
   * not bound passes with or without one.
   * @default none: tokens that are bound to a certificate are refused
   */
  mtls?: MtlsOptions;

  /** Accept access tokens with a `nonce`, which otherwise marks an ID token. @default false */
  nonceInAccessToken?: boolean;

  /**
   * Claims that `@StepUp()` judges. Auth0 needs names of your own: its Actions cannot write
   * `auth_time`, `acr` and `amr` into access tokens.
   * @default { authTime: 'auth_time', acr: 'acr', amr: 'amr' } (RFC 9470 §6.1)
   */
  stepUpClaims?: StepUpClaims;

  /**
   * `'rfc9068'` accepts only tokens of the JWT profile: `typ` is `at+jwt`, and `sub`,
   * `client_id`, `iat` and `jti` are present (RFC 9068 §2, §4). Auth0 has a setting for it.
   * @default none: `typ` may also be `JWT` or absent; `iss`, `aud` and `exp` are required
   */
  profile?: 'rfc9068';

  /**
   * Age by `iat` at which a token is refused although it has not expired, in seconds. Tokens
   * without `iat`, or with one in the future, are refused as well.
   * @default none: only `exp` decides
   */
  maxTokenAgeSec?: number;
}

/** Where `@StepUp()` finds what it judges: names of claims, or paths of nested ones. */
export interface StepUpClaims {
  /** Time of the login, in seconds since 1970. @default 'auth_time' */
  authTime?: ClaimPath;
  /** Strength of the login. @default 'acr' */
  acr?: ClaimPath;
  /** Means of the login, an array. @default 'amr' */
  amr?: ClaimPath;
}

/** Proof of possession (RFC 9449). */
export interface DpopOptions {
  /**
   * `'allowed'` accepts DPoP as well as Bearer, `'required'` nothing but DPoP. A token that is
   * bound to a key is never accepted as a bearer token. WebSocket clients and messages cannot send
   * proofs: with `'required'` they are refused.
   * @default 'off'
   */
  mode?: 'off' | 'allowed' | 'required';

  /** Largest distance between `iat` of a proof and now, in seconds: 1 to 300. @default 60 */
  maxAgeSec?: number;

  /**
   * Remembers which proofs were used. Several instances must share one: `RedisReplayStore`.
   * @default the memory of this process
   */
  replays?: ReplayStore;

  /**
   * Makes proofs carry a nonce of the server (RFC 9449 §9), so that none can be made for later: a
   * string of at least 32 bytes in UTF-8, the same on all instances.
   * @default none: proofs need no nonce
   */
  nonceSecret?: string;
}

/** {@link DpopOptions} with their defaults. */
export interface ResolvedDpop {
  readonly mode: 'off' | 'allowed' | 'required';
  readonly maxAgeSec: number;
  readonly replays?: ReplayStore;
  /** A `KeyObject`, because nothing prints its content. */
  readonly nonceSecret?: KeyObject;
}

/** The option `mtls`: how a token is tied to the certificate of its client (RFC 8705). */
export interface MtlsOptions {
  /**
   * Returns the certificate with which the client of this request has authenticated to TLS, in DER,
   * or undefined when it has none. The TLS handshake has proved that the client holds its key; who
   * signed it is not checked, and need not be (RFC 8705 §6.2). An exception, or anything else than
   * bytes, refuses a token that is bound to a certificate.
   *
   * The request is the adapter's: Fastify's or Express'.
   */
  certificate(request: object): Uint8Array | undefined;
}

/** Bounds of the cache of accepted tokens. */
export interface TokenCacheOptions {
  /** Number of tokens; one that is used for several audiences counts for each. @default 50000 */
  maxEntries?: number;
  /** Estimated memory, in bytes. @default 67108864 (64 MiB) */
  maxBytes?: number;
}

/** Options of {@link AuthModule}: one issuer at the top level, or a list of issuers. */
export type AuthOptions = CommonAuthOptions &
  (
    | (IssuerOptions & { issuers?: undefined })
    | { issuers: readonly IssuerOptions[]; issuer?: undefined }
  );

/** An issuer with its defaults. */
export interface ResolvedIssuer {
  readonly issuer: string;
  readonly jwksUri?: string;
  readonly audience: readonly string[];
  readonly algorithms: readonly Algorithm[];
  /** A `KeyObject`, because nothing prints its content. */
  readonly secret?: KeyObject;
}

/** The checked options with their defaults. A class, so that it can be injected. */
export abstract class ResolvedAuthOptions {
  abstract readonly issuers: readonly ResolvedIssuer[];
  abstract readonly unmarkedRoutes: 'closed' | 'open';
  abstract readonly grantClaims: readonly ClaimPath[];
  /** By scope, all scopes that it grants, itself included. */
  abstract readonly impliedScopes: ReadonlyMap<string, readonly string[]>;
  abstract readonly claimFailure: 'invalid_token' | 'insufficient_scope';
  abstract readonly clockToleranceSec: number;
  abstract readonly jwksTimeoutMs: number;
  abstract readonly jwksMaxAgeSec: number;
  abstract readonly jwksMaxStaleSec: number;
  abstract readonly rawRoutes: Readonly<Record<string, string>>;
  abstract readonly tokenCache?: Required<TokenCacheOptions>;
  abstract readonly isRevoked?: RevocationCheck;
  abstract readonly getToken?: TokenFinder;
  abstract readonly publicUrl?: string;
  abstract readonly resourceMetadata: Readonly<Record<string, unknown>>;
  abstract readonly dpop: ResolvedDpop;
  abstract readonly mtls?: MtlsOptions;
  abstract readonly nonceInAccessToken: boolean;
  abstract readonly stepUpClaims: Required<StepUpClaims>;
  abstract readonly profile?: 'rfc9068';
  abstract readonly maxTokenAgeSec?: number;
}
