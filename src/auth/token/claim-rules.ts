import type { ResolvedAuthOptions } from '../auth.options.js';
import { type InvalidTokenCode, InvalidTokenError } from '../refusals/auth.errors.js';
import { claimOf } from './claim-path.js';
import { isAccessTokenType, type CompactJws } from './compact-jws.js';

/** Claims of ID tokens (OpenID Connect Core 1.0 §2 and §3.3.2.11, FAPI 1.0). */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/** `typ` in the payload of Keycloak's tokens that are not access tokens. */
const KEYCLOAK_TYPES: readonly unknown[] = ['ID', 'Refresh', 'Logout'];

/** Claims that RFC 9068 §2.2 requires as strings, and the default rules do not; also `iat`. */
const PROFILE_CLAIMS = ['sub', 'client_id', 'jti'];

/**
 * Validates the claims that do not depend on the time (RFC 7519 §4.1, RFC 9068 §4, RFC 8725 §3.8 to
 * §3.12): who issued the token, and that it is an access token. With the option `profile`, `sub`,
 * `client_id`, `jti` and `iat` must be present. It checks neither the audience, see {@link
 * requireAudience}, nor the times, see {@link validateTime}.
 *
 * @throws InvalidTokenError whose `code` names the rule.
 */
export function validateClaims(
  jws: CompactJws,
  issuer: string,
  options: ResolvedAuthOptions,
): void {
  const { payload } = jws;
  const iss = claimOf(payload, 'iss');
  if (iss !== issuer) {
    refuse(payload, 'issuer_mismatch', { expected: issuer, actual: iss });
  }
  refuseOtherTokens(jws, options);
  if (Object.hasOwn(payload, 'sub')) requireString(payload, 'sub');
  if (options.profile !== 'rfc9068') return;
  for (const claim of PROFILE_CLAIMS) requireString(payload, claim);
  numericDate(payload, 'iat');
}

/**
 * Requires a token to be for one of the audiences (RFC 7519 §4.1.3), compared character by
 * character.
 *
 * @throws InvalidTokenError `audience_mismatch`.
 */
export function requireAudience(payload: object, audiences: readonly unknown[]): void {
  const aud = claimOf(payload, 'aud');
  const isForUs = (value: unknown) => audiences.includes(value);
  if (Array.isArray(aud) ? aud.some(isForUs) : isForUs(aud)) return;
  refuse(payload, 'audience_mismatch', { expected: audiences, actual: aud });
}

/** ID, refresh and logout tokens, by the marks that issuers put into them. */
function refuseOtherTokens({ header, payload }: CompactJws, options: ResolvedAuthOptions): void {
  const isMark = (claim: string) =>
    Object.hasOwn(payload, claim) && !(claim === 'nonce' && options.nonceInAccessToken);
  const claims = isAccessTokenType(header) ? [] : ID_TOKEN_CLAIMS.filter(isMark);
  // OpenID Connect Back-Channel Logout 1.0 §2.4.
  if (Object.hasOwn(payload, 'events')) claims.push('events');
  if (KEYCLOAK_TYPES.includes(claimOf(payload, 'typ'))) claims.push('typ');
  // Amazon Cognito.
  if (claimOf(payload, 'token_use') === 'id') claims.push('token_use');
  if (claims.length > 0) refuse(payload, 'id_token_used', { claims });
}

/**
 * Validates the claims that depend on the time (RFC 7519 §4.1.4 to §4.1.6): `exp` is in the future,
 * `nbf` is not, and with the option `maxTokenAgeSec` `iat` is neither older nor in the future.
 *
 * @param now seconds since 1970.
 * @throws InvalidTokenError whose `code` names the rule.
 */
export function validateTime(
  payload: object,
  { clockToleranceSec, maxTokenAgeSec }: ResolvedAuthOptions,
  now: number,
): void {
  const exp = numericDate(payload, 'exp');
  if (exp + clockToleranceSec <= now) refuse(payload, 'token_expired', { exp, now });
  if (Object.hasOwn(payload, 'nbf')) {
    const nbf = numericDate(payload, 'nbf');
    if (nbf - clockToleranceSec > now) refuse(payload, 'token_not_active', { nbf, now });
  }
  if (maxTokenAgeSec === undefined) return;
  const iat = numericDate(payload, 'iat');
  if (iat + maxTokenAgeSec + clockToleranceSec <= now) {
    refuse(payload, 'token_expired', { iat, maxTokenAgeSec, now });
  }
  if (iat - clockToleranceSec > now) refuse(payload, 'token_not_active', { iat, now });
}

/** Whether a token says that it has expired. That needs no key. */
export function hasExpired(payload: object, options: ResolvedAuthOptions, now: number): boolean {
  const exp = claimOf(payload, 'exp');
  return isNumericDate(exp) && exp + options.clockToleranceSec <= now;
}

function numericDate(payload: object, claim: string): number {
  const actual = claimOf(payload, claim);
  if (!isNumericDate(actual)) refuse(payload, 'claim_invalid', { claim, actual });
  return actual;
}

function requireString(payload: object, claim: string): void {
  const actual = claimOf(payload, claim);
  if (typeof actual === 'string' && actual !== '') return;
  refuse(payload, 'claim_invalid', { claim, actual });
}

function refuse(payload: object, code: InvalidTokenCode, detail: object): never {
  throw new InvalidTokenError(code, { detail: { ...detail, sub: claimOf(payload, 'sub') } });
}

/** Whether a value is a time in seconds since 1970 (RFC 7519 §2). */
export function isNumericDate(value: unknown): value is number {
  return Number.isFinite(value);
}
