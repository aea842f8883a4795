import { createSecretKey, type KeyObject } from 'node:crypto';
import type { AccessTokenClaims } from './token/claims.js';
import type { TokenCacheLimits } from './token/token-cache.js';

/** Signature algorithms that a key set may have keys for (RFC 7518 §3.1, RFC 8037, RFC 9864): asymmetric ones only. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** A signature algorithm: one of a key set, or the one of a shared secret. */
export type Algorithm = (typeof ALGORITHMS)[number] | 'HS256';

/** Shortest secret of HS256: as long as its hash (RFC 7518 §3.2), in bytes. */
const MIN_SECRET_BYTES = 32;

/** An authorization server whose access tokens are accepted: by its public keys, or by a secret shared with it. */
export interface IssuerOptions {
  /**
   * Issuer identifier, compared with the `iss` claim character by character (RFC 9068 §4).
   * Auth0 issuers end with a slash; keep it.
   */
  issuer: string;

  /** Identifiers of this API; a token must be for one of them (RFC 7519 §4.1.3). There is no value that means any. */
  audience: string | readonly string[];

  /**
   * Where the issuer publishes its keys (RFC 7517 §5): https, or http on a loopback host.
   *
   * @default `jwks_uri` of the discovery document (OpenID Connect Discovery 1.0 §4)
   */
  jwksUri?: string;

  /**
   * Signature algorithms a token may use. Each key is still used with its own algorithm only.
   *
   * @default ['RS256']
   */
  algorithms?: readonly (typeof ALGORITHMS)[number][];

  /**
   * In place of `jwksUri` and `algorithms`: the secret shared with an issuer that signs with HS256, at least 32 bytes, as text in UTF-8.
   * Then no key set is fetched, and HS256 is the only algorithm. Whoever verifies with a secret can also mint with it: prefer keys.
   *
   * @default none: tokens are verified with the issuer's public keys
   */
  secret?: string;
}

/**
 * Decides whether a verified token has been revoked since it was issued. The request is the adapter's. The request waits for the
 * answer: a check that asks elsewhere needs a time limit of its own.
 */
export type RevocationCheck = {
  // A method, so that its second parameter may be declared as the request of an adapter.
  check(claims: AccessTokenClaims, request: unknown): boolean | Promise<boolean>;
}['check'];

export interface CommonAuthOptions {
  /**
   * Claims that grant scopes; those granted by any of them count together. With Auth0 RBAC, add
   * `permissions`.
   *
   * @default ['scope', 'scp']
   */
  grantClaims?: readonly string[];

  /**
   * How a token that fails `@Claim()` is refused: as 401 `invalid_token`, or as 403 `insufficient_scope`.
   *
   * @default 'invalid_token'
   */
  claimFailure?: 'invalid_token' | 'insufficient_scope';

  /**
   * How far the issuer's clock and ours may differ when `exp`, `nbf` and `iat` are judged, in seconds: 0 to 300.
   *
   * @default 5
   */
  clockToleranceSec?: number;

  /**
   * Time after which one attempt to fetch keys, discovery and body included, is given up, in
   * milliseconds. A request whose key is not known yet waits for it.
   *
   * @default 5000
   */
  jwksTimeoutMs?: number;

  /**
   * Age at which a key set is no longer used without an attempt to refresh it, in seconds. It is
   * refreshed in the background at 80 % of it.
   *
   * @default 600
   */
  jwksMaxAgeSec?: number;

  /**
   * Age up to which a key set serves on while the issuer cannot be reached, in seconds; then tokens are
   * answered with 503. A key that the issuer withdraws during an outage is trusted that long.
   *
   * @default 86400
   */
  jwksMaxStaleSec?: number;

  /**
   * How many accepted tokens are remembered, so that a signature is verified once. Their key, time and revocation, and what a
   * route requires, are checked on every request all the same. `false` remembers none.
   *
   * @default { maxEntries: 50000, maxBytes: 67108864, maxAgeSec: 300 }
   */
  tokenCache?: false | TokenCacheOptions;

  /**
   * Asked on every request with a verified token. `true` refuses it with `token_revoked`; an exception
   * is answered with 503, for the token can be neither accepted nor refused.
   *
   * @default no check: a token is good until it expires
   */
  isRevoked?: RevocationCheck;

  /**
   * Accept access tokens with a `nonce`, for issuers that put it there. Without it `nonce` marks an ID
   * token, which is refused.
   *
   * @default false
   */
  nonceInAccessToken?: boolean;

  /**
   * `'rfc9068'` accepts what the JWT profile for access tokens describes and nothing else: `typ` is `at+jwt`, and `sub`,
   * `client_id`, `iat` and `jti` are there (RFC 9068 §2, §4). For issuers that follow it; in Auth0 an API's setting says so.
   *
   * @default no profile: `typ` may also be `JWT` or absent, and `iss`, `aud` and `exp` are required
   */
  profile?: 'rfc9068';

  /**
   * Age by `iat` from which a token is refused although it has not expired, in seconds; the clock tolerance is added. Tokens without
   * `iat` are then refused, and those from the future.
   *
   * @default no limit: `exp` alone decides
   */
  maxTokenAgeSec?: number;
}

/** Bounds of the cache of verified tokens. One client takes a tenth of it at most. */
export interface TokenCacheOptions {
  /** Tokens. @default 50000 */
  maxEntries?: number;
  /** Memory, estimated, in bytes. @default 67108864 (64 MiB) */
  maxBytes?: number;
  /** Time after which a signature is verified again, in seconds. @default 300 */
  maxAgeSec?: number;
}

/** Options of {@link AuthModule}: one issuer in the short form, or a list of them. */
export type AuthOptions = CommonAuthOptions &
  (
    | (IssuerOptions & { issuers?: undefined })
    | { issuers: readonly IssuerOptions[]; issuer?: undefined }
  );

/** An issuer with its defaults filled in. */
export interface ResolvedIssuer {
  readonly issuer: string;
  readonly jwksUri?: string;
  readonly audience: readonly string[];
  readonly algorithms: readonly Algorithm[];
  /** Not the text, so that nothing can print it. */
  readonly secret?: KeyObject;
}

/** Injected as a class, so that the checked options have a token of their own. */
export abstract class ResolvedAuthOptions {
  abstract readonly issuers: readonly ResolvedIssuer[];
  abstract readonly grantClaims: readonly string[];
  abstract readonly claimFailure: 'invalid_token' | 'insufficient_scope';
  abstract readonly clockToleranceSec: number;
  abstract readonly jwksTimeoutMs: number;
  abstract readonly jwksMaxAgeSec: number;
  abstract readonly jwksMaxStaleSec: number;
  abstract readonly tokenCache?: TokenCacheLimits;
  abstract readonly isRevoked?: RevocationCheck;
  abstract readonly nonceInAccessToken: boolean;
  abstract readonly profile?: 'rfc9068';
  abstract readonly maxTokenAgeSec?: number;
}

/** Every default, in one place. */
export const DEFAULTS = {
  algorithms: ['RS256'],
  grantClaims: ['scope', 'scp'],
  claimFailure: 'invalid_token',
  clockToleranceSec: 5,
  jwksTimeoutMs: 5_000,
  jwksMaxAgeSec: 600,
  jwksMaxStaleSec: 86_400,
  nonceInAccessToken: false,
  tokenCache: { maxEntries: 50_000, maxBytes: 64 * 1024 * 1024, maxAgeSec: 300 },
} as const;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError naming the option, what is wrong with it, and what to write.
 */
export function resolveAuthOptions(options: AuthOptions): ResolvedAuthOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('AuthModule: give it options: at least an issuer and an audience.');
  }
  if (options.issuers !== undefined && options.issuer !== undefined) {
    fail('issuers', 'stands beside issuer; give one issuer at the top level, or the list');
  }
  const issuers = options.issuers ?? [options];
  if (!Array.isArray(issuers) || issuers.length === 0) fail('issuers', 'must be a non-empty list');
  const listed = options.issuers !== undefined;
  const resolved = issuers.map((issuer: IssuerOptions, index) =>
    resolveIssuer(issuer, listed ? `issuers[${index}].` : ''),
  );
  if (new Set(resolved.map(({ issuer }) => issuer.replace(/\/$/, ''))).size < resolved.length) {
    fail('issuers', 'names an issuer twice; list all its audiences in one entry');
  }

  const jwksMaxAgeSec = atLeast(
    1,
    'jwksMaxAgeSec',
    options.jwksMaxAgeSec ?? DEFAULTS.jwksMaxAgeSec,
  );
  const jwksMaxStaleSec = atLeast(
    1,
    'jwksMaxStaleSec',
    options.jwksMaxStaleSec ?? DEFAULTS.jwksMaxStaleSec,
  );
  if (jwksMaxStaleSec < jwksMaxAgeSec) fail('jwksMaxStaleSec', 'must not be below jwksMaxAgeSec');
  const clockToleranceSec = atLeast(
    0,
    'clockToleranceSec',
    options.clockToleranceSec ?? DEFAULTS.clockToleranceSec,
  );
  if (clockToleranceSec > 300) fail('clockToleranceSec', 'is in seconds and at most 300');
  const { claimFailure = DEFAULTS.claimFailure, isRevoked, nonceInAccessToken } = options;
  const { profile, maxTokenAgeSec } = options;
  if (!['invalid_token', 'insufficient_scope'].includes(claimFailure)) {
    fail('claimFailure', "must be 'invalid_token' or 'insufficient_scope'");
  }
  if (isRevoked !== undefined && typeof isRevoked !== 'function') {
    fail('isRevoked', 'must be a function of the claims and the request');
  }
  if (nonceInAccessToken !== undefined && typeof nonceInAccessToken !== 'boolean') {
    fail('nonceInAccessToken', 'must be true or false');
  }
  if (profile !== undefined && profile !== 'rfc9068') {
    fail('profile', "must be 'rfc9068', or left out");
  }
  return {
    issuers: resolved,
    grantClaims: names('grantClaims', options.grantClaims ?? DEFAULTS.grantClaims),
    claimFailure,
    clockToleranceSec,
    jwksTimeoutMs: atLeast(1, 'jwksTimeoutMs', options.jwksTimeoutMs ?? DEFAULTS.jwksTimeoutMs),
    jwksMaxAgeSec,
    jwksMaxStaleSec,
    tokenCache: resolveTokenCache(options.tokenCache),
    isRevoked,
    nonceInAccessToken: nonceInAccessToken ?? DEFAULTS.nonceInAccessToken,
    profile,
    maxTokenAgeSec:
      maxTokenAgeSec === undefined ? undefined : atLeast(1, 'maxTokenAgeSec', maxTokenAgeSec),
  };
}

function resolveTokenCache(cache: AuthOptions['tokenCache'] = {}): TokenCacheLimits | undefined {
  if (cache === false) return undefined;
  if (typeof cache !== 'object' || cache === null)
    fail('tokenCache', 'must be false or its bounds');
  const bound = (name: keyof TokenCacheLimits) =>
    atLeast(1, `tokenCache.${name}`, cache[name] ?? DEFAULTS.tokenCache[name]);
  return {
    maxEntries: bound('maxEntries'),
    maxBytes: bound('maxBytes'),
    maxAgeSec: bound('maxAgeSec'),
  };
}

function resolveIssuer(options: IssuerOptions, prefix: string): ResolvedIssuer {
  const { issuer, jwksUri, audience, algorithms, secret } = options ?? {};
  checkUrl(`${prefix}issuer`, issuer);
  if (/[?#]/.test(issuer)) fail(`${prefix}issuer`, 'has no query and no fragment (RFC 8414 §2)');
  const resolved = {
    issuer,
    audience: names(`${prefix}audience`, typeof audience === 'string' ? [audience] : audience),
  };
  if (secret !== undefined) {
    checkSecret(`${prefix}secret`, secret);
    for (const [name, value] of Object.entries({ jwksUri, algorithms })) {
      if (value !== undefined) {
        fail(
          `${prefix}${name}`,
          'stands beside secret, with which there are no keys and HS256 only',
        );
      }
    }
    return { ...resolved, algorithms: ['HS256'], secret: createSecretKey(Buffer.from(secret)) };
  }
  if (jwksUri !== undefined) checkUrl(`${prefix}jwksUri`, jwksUri);
  return {
    ...resolved,
    jwksUri,
    algorithms: checkAlgorithms(`${prefix}algorithms`, algorithms ?? DEFAULTS.algorithms),
  };
}

function checkAlgorithms(option: string, value: unknown): readonly Algorithm[] {
  const algorithms = names(option, value) as readonly Algorithm[];
  const odd = algorithms.find((name) => !(ALGORITHMS as readonly string[]).includes(name));
  if (odd !== undefined) {
    const instead = odd.startsWith('HS') ? 'HMAC goes with the option secret alone; ' : '';
    fail(option, `has ${JSON.stringify(odd)}; ${instead}choose from ${ALGORITHMS.join(', ')}`);
  }
  return algorithms;
}

function checkSecret(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || Buffer.byteLength(value) < MIN_SECRET_BYTES) {
    fail(option, `must be a text of at least ${MIN_SECRET_BYTES} bytes`);
  }
}

/** Keys and discovery documents come over https; http is for a host that is this machine. */
export function isSecureUrl(text: string): boolean {
  if (!/^https?:\/\/\S+$/.test(text)) return false;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function checkUrl(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || !isSecureUrl(value)) {
    fail(option, 'must be an https URL (http only for a loopback host)');
  }
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') fail(option, 'must not have a user in it');
}

function names(option: string, value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.length > 0;
  if (!isList || !value.every((name) => typeof name === 'string' && name !== '')) {
    fail(option, 'must be a non-empty list of non-empty texts');
  }
  return [...(value as string[])];
}

function atLeast(minimum: number, option: string, value: number): number {
  if (!Number.isFinite(value) || value < minimum) {
    fail(option, `must be a number of at least ${minimum}`);
  }
  return value;
}

function fail(option: string, problem: string): never {
  throw new TypeError(`AuthModule: the option ${option} ${problem}.`);
}
