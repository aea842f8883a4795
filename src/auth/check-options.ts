import { createSecretKey, type KeyObject } from 'node:crypto';
import { RAW_ROUTE } from './access-map/raw-routes.js';
import { type Algorithm, ALGORITHMS } from './algorithms.js';
import {
  type AuthOptions,
  type CommonAuthOptions,
  type DpopOptions,
  type IssuerOptions,
  type MtlsOptions,
  type ResolvedAuthOptions,
  type ResolvedDpop,
  type ResolvedIssuer,
  type StepUpClaims,
  type TokenCacheOptions,
} from './auth.options.js';
import type { ReplayStore } from './bound/replay-store.js';
import { isSecureUrl, withoutSlash } from './keys/issuer-url.js';
import { isScopeToken } from './refusals/challenge.js';
import { isClaimPath } from './token/claim-path.js';
import { circleIn, followScopes, type ImpliedScopes } from './token/implied-scopes.js';

/** Shortest secret of HS256, in bytes: the length of its hash (RFC 7518 §3.2). */
const MIN_SECRET_BYTES = 32;

/** Options of an issuer, which may also stand at the top level. */
const ISSUER_OPTIONS = ['issuer', 'jwksUri', 'audience', 'algorithms', 'secret'];

/**
 * Checks the options and adds the defaults.
 *
 * @throws TypeError that names the option, what is wrong with it and what to write.
 */
export function resolveAuthOptions(options: AuthOptions | undefined): ResolvedAuthOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      'AuthModule: the options are missing. Import AuthModule.forRoot({ issuer, audience }) in ' +
        'the root module, or return them from the factory of forRootAsync().',
    );
  }
  const {
    unmarkedRoutes = 'closed',
    grantClaims = ['scope', 'scp'],
    impliedScopes = {},
    claimFailure = 'invalid_token',
    clockToleranceSec = 5,
    jwksTimeoutMs = 5000,
    jwksMaxAgeSec = 600,
    jwksMaxStaleSec = 86_400,
    rawRoutes = {},
    tokenCache = {},
    publicUrl,
    resourceMetadata = {},
    dpop = {},
    mtls,
    nonceInAccessToken = false,
    isRevoked,
    stepUpClaims = {},
    getToken,
    profile,
    maxTokenAgeSec,
    issuers,
    ...short
  } = options as CommonAuthOptions & IssuerOptions & { issuers?: readonly IssuerOptions[] };
  refuseUnknown(short, '', ISSUER_OPTIONS);
  if (issuers !== undefined && short.issuer !== undefined) {
    fail('issuers', 'cannot be combined with issuer; write one issuer at the top level, or a list');
  }
  oneOf('unmarkedRoutes', ['closed', 'open'], unmarkedRoutes);
  oneOf('claimFailure', ['invalid_token', 'insufficient_scope'], claimFailure);
  oneOf('nonceInAccessToken', [true, false], nonceInAccessToken);
  oneOf('profile', ['rfc9068', undefined], profile);
  number('clockToleranceSec', clockToleranceSec, 0, 300);
  number('jwksTimeoutMs', jwksTimeoutMs);
  number('jwksMaxAgeSec', jwksMaxAgeSec);
  number('jwksMaxStaleSec', jwksMaxStaleSec);
  if (jwksMaxStaleSec < jwksMaxAgeSec) {
    fail('jwksMaxStaleSec', 'must not be less than jwksMaxAgeSec');
  }
  if (maxTokenAgeSec !== undefined) number('maxTokenAgeSec', maxTokenAgeSec);
  if (!Array.isArray(grantClaims) || grantClaims.length === 0 || !grantClaims.every(isClaimPath)) {
    fail(
      'grantClaims',
      'must be a non-empty array of claim names, or of paths such as [["a", "b"]]',
    );
  }
  for (const [name, value] of Object.entries({ isRevoked, getToken })) {
    if (value !== undefined && typeof value !== 'function') fail(name, 'must be a function');
  }
  requireObject('resourceMetadata', resourceMetadata);
  if (publicUrl !== undefined) {
    checkUrl('publicUrl', publicUrl);
    if (new URL(publicUrl).origin !== publicUrl) {
      fail('publicUrl', 'must be an origin, without a path and a final slash');
    }
  }
  return {
    issuers: issuers === undefined ? [resolveIssuer(short, '')] : resolveIssuers(issuers),
    unmarkedRoutes,
    grantClaims: [...grantClaims],
    impliedScopes: resolveImpliedScopes(impliedScopes),
    claimFailure,
    clockToleranceSec,
    jwksTimeoutMs,
    jwksMaxAgeSec,
    jwksMaxStaleSec,
    rawRoutes: resolveRawRoutes(rawRoutes),
    tokenCache: resolveTokenCache(tokenCache),
    publicUrl,
    resourceMetadata,
    dpop: resolveDpop(dpop, publicUrl),
    mtls: resolveMtls(mtls),
    nonceInAccessToken,
    isRevoked,
    stepUpClaims: resolveStepUpClaims(stepUpClaims),
    getToken,
    profile,
    maxTokenAgeSec,
  };
}

function resolveIssuers(issuers: readonly IssuerOptions[]): ResolvedIssuer[] {
  if (!Array.isArray(issuers) || issuers.length === 0) {
    fail('issuers', 'must be a non-empty array');
  }
  const resolved = issuers.map((issuer, index) => resolveIssuer(issuer, `issuers[${index}].`));
  if (new Set(resolved.map(({ issuer }) => withoutSlash(issuer))).size < resolved.length) {
    fail('issuers', 'names an issuer twice; list all its audiences in one entry');
  }
  return resolved;
}

function resolveIssuer(options: IssuerOptions, prefix: string): ResolvedIssuer {
  refuseUnknown(options ?? {}, prefix, ISSUER_OPTIONS);
  const { issuer, jwksUri, audience, algorithms, secret } = options ?? {};
  checkUrl(`${prefix}issuer`, issuer);
  if (/[?#]/.test(issuer)) {
    fail(`${prefix}issuer`, 'must not have a query or a fragment (RFC 8414 §2)');
  }
  const audiences = typeof audience === 'string' ? [audience] : audience;
  const resolved = { issuer, audience: strings(`${prefix}audience`, audiences) };
  if (secret === undefined) {
    if (jwksUri !== undefined) checkUrl(`${prefix}jwksUri`, jwksUri);
    const allowed = checkAlgorithms(`${prefix}algorithms`, algorithms ?? ['RS256']);
    return { ...resolved, jwksUri, algorithms: allowed };
  }
  if (jwksUri !== undefined || algorithms !== undefined) {
    fail(`${prefix}secret`, 'is for HS256 only and cannot be combined with jwksUri or algorithms');
  }
  return { ...resolved, algorithms: ['HS256'], secret: secretKey(`${prefix}secret`, secret) };
}

function secretKey(option: string, secret: unknown): KeyObject {
  if (typeof secret !== 'string' || Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    fail(option, `must be a string of at least ${MIN_SECRET_BYTES} bytes`);
  }
  return createSecretKey(Buffer.from(secret));
}

function checkAlgorithms(option: string, value: unknown): readonly Algorithm[] {
  const algorithms = strings(option, value);
  const unknown = algorithms.find((name) => !(ALGORITHMS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    fail(
      option,
      `has ${JSON.stringify(unknown)}; jsonwebtoken, which verifies the signatures, supports ` +
        `${ALGORITHMS.join(', ')}, and HS256 with the option secret`,
    );
  }
  return algorithms as readonly Algorithm[];
}

function resolveTokenCache(cache: false | TokenCacheOptions) {
  if (cache === false) return undefined;
  if (typeof cache !== 'object' || cache === null) {
    fail('tokenCache', 'must be false or an object with its bounds');
  }
  const { maxEntries = 50_000, maxBytes = 64 * 1024 * 1024, ...others } = cache;
  refuseUnknown(others, 'tokenCache.');
  for (const [name, value] of Object.entries({ maxEntries, maxBytes })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    fail(`tokenCache.${name}`, 'must be a positive integer');
  }
  return { maxEntries, maxBytes };
}

function resolveDpop(dpop: DpopOptions, publicUrl: string | undefined): ResolvedDpop {
  requireObject('dpop', dpop);
  const { mode = 'off', maxAgeSec = 60, replays, nonceSecret, ...others } = dpop;
  refuseUnknown(others, 'dpop.');
  oneOf('dpop.mode', ['off', 'allowed', 'required'], mode);
  number('dpop.maxAgeSec', maxAgeSec, 1, 300);
  if (mode !== 'off' && publicUrl === undefined) {
    fail('dpop', 'needs publicUrl, which the URL in a proof is compared with');
  }
  if (replays !== undefined && typeof (replays as Partial<ReplayStore>)?.remember !== 'function') {
    fail('dpop.replays', 'must be a ReplayStore: an object with a method remember()');
  }
  if (nonceSecret === undefined) return { mode, maxAgeSec, replays };
  return { mode, maxAgeSec, replays, nonceSecret: secretKey('dpop.nonceSecret', nonceSecret) };
}

function resolveImpliedScopes(implied: ImpliedScopes): ReadonlyMap<string, readonly string[]> {
  requireObject('impliedScopes', implied);
  for (const [scope, scopes] of Object.entries(implied)) {
    const option = `impliedScopes[${JSON.stringify(scope)}]`;
    if ([scope, ...strings(option, scopes)].every(isScopeToken)) continue;
    fail(option, 'must have scopes: printable ASCII without space, " and \\ (RFC 6749 §3.3)');
  }
  const circle = circleIn(implied);
  if (circle !== undefined) fail('impliedScopes', `has a circle: ${circle}`);
  return followScopes(implied);
}

function resolveStepUpClaims(claims: StepUpClaims): Required<StepUpClaims> {
  requireObject('stepUpClaims', claims);
  const { authTime = 'auth_time', acr = 'acr', amr = 'amr', ...others } = claims;
  refuseUnknown(others, 'stepUpClaims.');
  for (const [name, path] of Object.entries({ authTime, acr, amr })) {
    strings(`stepUpClaims.${name}`, [path].flat());
  }
  return { authTime, acr, amr };
}

function resolveMtls(mtls: MtlsOptions | undefined): MtlsOptions | undefined {
  if (mtls === undefined) return undefined;
  requireObject('mtls', mtls);
  refuseUnknown(mtls, 'mtls.', ['certificate']);
  if (typeof mtls.certificate !== 'function') fail('mtls.certificate', 'must be a function');
  return mtls;
}

function resolveRawRoutes(routes: Readonly<Record<string, string>>) {
  requireObject('rawRoutes', routes);
  for (const [entry, reason] of Object.entries(routes)) {
    if (!RAW_ROUTE.test(entry)) {
      const name = JSON.stringify(entry);
      fail('rawRoutes', `has ${name}; write a method and a path, such as 'GET /docs/*'`);
    }
    if (typeof reason !== 'string' || reason.trim() === '') {
      fail(`rawRoutes['${entry}']`, 'must say why the route needs no access token');
    }
  }
  return { ...routes };
}

/** A misspelt option would silently leave out a check. */
function refuseUnknown(options: object, prefix: string, known: readonly string[] = []): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) fail(prefix + unknown, 'is unknown');
}

function checkUrl(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || !isSecureUrl(value)) {
    const rule = 'must be an https URL (http only for a loopback host)';
    fail(option, value === undefined ? `is missing; it ${rule}` : rule);
  }
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') fail(option, 'must not contain a user name or password');
}

function requireObject(option: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) fail(option, 'must be an object');
}

function strings(option: string, value: unknown): readonly string[] {
  if (value === undefined || value === '') fail(option, 'is missing');
  const isList = Array.isArray(value) && value.length > 0;
  if (!isList || !value.every((name) => typeof name === 'string' && name !== '')) {
    fail(option, 'must be a non-empty array of non-empty strings');
  }
  return [...(value as string[])];
}

function oneOf<T>(option: string, allowed: readonly T[], value: T): void {
  if (allowed.includes(value)) return;
  const values = allowed.filter((each) => each !== undefined).map((each) => JSON.stringify(each));
  fail(option, `must be ${values.join(' or ')}`);
}

function number(option: string, value: number, minimum = 1, maximum?: number): void {
  if (Number.isFinite(value) && value >= minimum && value <= (maximum ?? value)) return;
  const range = maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  fail(option, `must be a number ${range}`);
}

function fail(option: string, problem: string): never {
  throw new TypeError(`AuthModule: the option ${option} ${problem}.`);
}
