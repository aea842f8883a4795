import { createSecretKey } from 'node:crypto';
import {
  ALGORITHMS,
  type Algorithm,
  type AuthOptions,
  DEFAULTS,
  type IssuerOptions,
  type ResolvedAuthOptions,
  type ResolvedIssuer,
} from './auth.options.js';
import { isSecureUrl, withoutSlash } from './keys/issuer-url.js';

/** Shortest secret of HS256, in bytes: the length of its hash (RFC 7518 §3.2). */
const MIN_SECRET_BYTES = 32;

/**
 * Checks the options and adds the defaults.
 *
 * @throws TypeError that names the option, what is wrong with it and what to write.
 */
export function resolveAuthOptions(options: AuthOptions | undefined): ResolvedAuthOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      'AuthModule: import AuthModule.forRoot({ issuer, audience }) in the root module, ' +
        'or forRootAsync(). AuthModule alone has no options.',
    );
  }
  const merged = { ...DEFAULTS, ...withoutUndefined(options) };
  const { isRevoked, profile, maxTokenAgeSec } = options;
  if (isRevoked !== undefined && typeof isRevoked !== 'function') {
    fail('isRevoked', 'must be a function');
  }
  if (typeof merged.nonceInAccessToken !== 'boolean') {
    fail('nonceInAccessToken', 'must be true or false');
  }
  if (merged.jwksMaxStaleSec < merged.jwksMaxAgeSec) {
    fail('jwksMaxStaleSec', 'must not be less than jwksMaxAgeSec');
  }
  return {
    issuers: resolveIssuers(options),
    unmarkedRoutes: oneOf('unmarkedRoutes', ['closed', 'open'], merged.unmarkedRoutes),
    grantClaims: strings('grantClaims', merged.grantClaims),
    claimFailure: oneOf(
      'claimFailure',
      ['invalid_token', 'insufficient_scope'],
      merged.claimFailure,
    ),
    clockToleranceSec: number('clockToleranceSec', merged.clockToleranceSec, 0, 300),
    jwksTimeoutMs: number('jwksTimeoutMs', merged.jwksTimeoutMs),
    jwksMaxAgeSec: number('jwksMaxAgeSec', merged.jwksMaxAgeSec),
    jwksMaxStaleSec: number('jwksMaxStaleSec', merged.jwksMaxStaleSec),
    tokenCache: resolveTokenCache(options.tokenCache),
    isRevoked,
    nonceInAccessToken: merged.nonceInAccessToken,
    profile: profile && oneOf<'rfc9068'>('profile', ['rfc9068'], profile),
    maxTokenAgeSec:
      maxTokenAgeSec === undefined ? undefined : number('maxTokenAgeSec', maxTokenAgeSec),
  };
}

function resolveIssuers(options: AuthOptions): readonly ResolvedIssuer[] {
  if (options.issuers === undefined) return [resolveIssuer(options, '')];
  if (options.issuer !== undefined) {
    fail('issuers', 'cannot be combined with issuer; write one issuer at the top level, or a list');
  }
  const { issuers } = options as { issuers: unknown };
  if (!Array.isArray(issuers) || issuers.length === 0) {
    fail('issuers', 'must be a non-empty array');
  }
  const resolved = (issuers as IssuerOptions[]).map((issuer, index) =>
    resolveIssuer(issuer, `issuers[${index}].`),
  );
  if (new Set(resolved.map(({ issuer }) => withoutSlash(issuer))).size < resolved.length) {
    fail('issuers', 'names an issuer twice; list all its audiences in one entry');
  }
  return resolved;
}

function resolveIssuer(options: IssuerOptions, prefix: string): ResolvedIssuer {
  const { issuer, jwksUri, audience, algorithms, secret } = options ?? {};
  checkUrl(`${prefix}issuer`, issuer);
  if (/[?#]/.test(issuer)) {
    fail(`${prefix}issuer`, 'must not have a query or a fragment (RFC 8414 §2)');
  }
  const audiences = typeof audience === 'string' ? [audience] : audience;
  const resolved = { issuer, audience: strings(`${prefix}audience`, audiences) };
  if (secret === undefined) {
    if (jwksUri !== undefined) checkUrl(`${prefix}jwksUri`, jwksUri);
    const allowed = checkAlgorithms(`${prefix}algorithms`, algorithms ?? DEFAULTS.algorithms);
    return { ...resolved, jwksUri, algorithms: allowed };
  }
  for (const [name, value] of Object.entries({ jwksUri, algorithms })) {
    if (value !== undefined) {
      fail(`${prefix}${name}`, 'cannot be combined with secret, which is for HS256 only');
    }
  }
  if (typeof secret !== 'string' || Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    fail(`${prefix}secret`, `must be a string of at least ${MIN_SECRET_BYTES} bytes`);
  }
  return { ...resolved, algorithms: ['HS256'], secret: createSecretKey(Buffer.from(secret)) };
}

function checkAlgorithms(option: string, value: unknown): readonly Algorithm[] {
  const algorithms = strings(option, value);
  const unknown = algorithms.find((name) => !(ALGORITHMS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    const hint = unknown.startsWith('HS')
      ? 'HS256 needs the option secret; '
      : /^Ed/.test(unknown)
        ? 'jsonwebtoken, which verifies the signatures, does not support EdDSA; '
        : '';
    fail(option, `has ${JSON.stringify(unknown)}; ${hint}choose from ${ALGORITHMS.join(', ')}`);
  }
  return algorithms as readonly Algorithm[];
}

function resolveTokenCache(cache: AuthOptions['tokenCache'] = {}) {
  if (cache === false) return undefined;
  if (typeof cache !== 'object' || cache === null) {
    fail('tokenCache', 'must be false or an object with its bounds');
  }
  const { maxEntries, maxBytes } = { ...DEFAULTS.tokenCache, ...withoutUndefined(cache) };
  return {
    maxEntries: number('tokenCache.maxEntries', maxEntries),
    maxBytes: number('tokenCache.maxBytes', maxBytes),
  };
}

function checkUrl(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || !isSecureUrl(value)) {
    fail(option, 'must be an https URL (http only for a loopback host)');
  }
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') fail(option, 'must not contain a user name or password');
}

function strings(option: string, value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.length > 0;
  if (!isList || !value.every((name) => typeof name === 'string' && name !== '')) {
    fail(option, 'must be a non-empty array of non-empty strings');
  }
  return [...(value as string[])];
}

function oneOf<T extends string>(option: string, allowed: readonly T[], value: T): T {
  if (!allowed.includes(value)) {
    fail(option, `must be ${allowed.map((name) => `'${name}'`).join(' or ')}`);
  }
  return value;
}

function number(option: string, value: number, minimum = 1, maximum?: number): number {
  const isInRange = Number.isFinite(value) && value >= minimum && value <= (maximum ?? value);
  if (!isInRange) {
    const range =
      maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    fail(option, `must be a number ${range}`);
  }
  return value;
}

function withoutUndefined<T extends object>(options: T): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as T;
}

function fail(option: string, problem: string): never {
  throw new TypeError(`AuthModule: the option ${option} ${problem}.`);
}
