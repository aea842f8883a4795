import { claimOf } from './claims.js';
import type { ResolvedAuthOptions } from '../auth.options.js';
import { isAccessTokenType, type CompactJws } from './compact-jws.js';
import { type InvalidTokenCode, InvalidTokenError } from '../refusals/auth.errors.js';

/** Who may have issued a token, and for whom. */
export interface Parties {
  issuer: string;
  audience: readonly string[];
}

/** The options that rule what a token must claim. */
export type ClaimOptions = Pick<
  ResolvedAuthOptions,
  'clockToleranceSec' | 'maxTokenAgeSec' | 'nonceInAccessToken' | 'profile'
>;

/** Claims that OpenID Connect Core 1.0 (§2, §3.3.2.11) and FAPI put into ID tokens. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/** Claims that RFC 9068 §2.2 requires, beside those that are required of every token. */
const PROFILE_TEXTS = ['sub', 'client_id', 'jti'];

/**
 * Validates the claims that do not change their meaning with time (RFC 7519 §4.1, RFC 9068 §2.2 and §4, RFC 8725 §3.8–3.11):
 * from whom and for whom the token is, and that it is a bearer access token. `iat`, `jti` and `client_id` are looked at only
 * under the profile.
 *
 * @throws InvalidTokenError whose `code` says which rule failed.
 */
export function validateClaims(
  { header, payload }: CompactJws,
  parties: Parties,
  options: ClaimOptions,
): void {
  const iss = claimOf(payload, 'iss');
  if (iss !== parties.issuer) {
    refuse(payload, 'issuer_mismatch', { expected: parties.issuer, actual: iss });
  }
  // Whoever steals a bound token must not be able to use it as if it were none (RFC 7800 §3).
  if (Object.hasOwn(payload, 'cnf')) refuse(payload, 'token_bound', { claim: 'cnf' });

  if (!isAccessTokenType(header)) {
    const foreign = ID_TOKEN_CLAIMS.filter(
      (name) => Object.hasOwn(payload, name) && !(name === 'nonce' && options.nonceInAccessToken),
    );
    if (foreign.length > 0) refuse(payload, 'id_token_used', { claims: foreign });
  }

  const aud = claimOf(payload, 'aud');
  const isForUs = (audience: unknown) => (parties.audience as unknown[]).includes(audience);
  if (!(Array.isArray(aud) ? aud.some(isForUs) : isForUs(aud))) {
    refuse(payload, 'audience_mismatch', { expected: parties.audience, actual: aud });
  }

  const sub = claimOf(payload, 'sub');
  if (Object.hasOwn(payload, 'sub') && !isText(sub)) {
    refuse(payload, 'claim_invalid', { claim: 'sub', actual: sub });
  }
  if (options.profile !== 'rfc9068') return;
  for (const name of PROFILE_TEXTS) {
    const actual = claimOf(payload, name);
    if (!isText(actual)) refuse(payload, 'claim_invalid', { claim: name, actual });
  }
  numericDate(payload, 'iat');
}

/**
 * Validates the claims that depend on the time (RFC 7519 §4.1.4–4.1.6): `exp` is there and in the future, `nbf` is not, and the
 * token is not older by `iat` than the option `maxTokenAgeSec`.
 *
 * @param now seconds since 1970.
 * @throws InvalidTokenError whose `code` says which rule failed.
 */
export function validateTime(
  payload: CompactJws['payload'],
  { clockToleranceSec, maxTokenAgeSec }: ClaimOptions,
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

/**
 * Whether a token says of itself that it has expired. That needs no signature to be refused for, and no key, so that an old
 * token costs next to nothing.
 */
export function hasExpired(
  payload: CompactJws['payload'],
  { clockToleranceSec }: ClaimOptions,
  now: number,
): boolean {
  const exp = claimOf(payload, 'exp');
  return isNumericDate(exp) && exp + clockToleranceSec <= now;
}

function numericDate(payload: object, claim: string): number {
  const actual = claimOf(payload, claim);
  if (!isNumericDate(actual)) refuse(payload, 'claim_invalid', { claim, actual });
  return actual;
}

function refuse(payload: object, code: InvalidTokenCode, detail: object): never {
  throw new InvalidTokenError(code, { detail: { ...detail, sub: claimOf(payload, 'sub') } });
}

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
