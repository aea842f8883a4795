import { type AccessTokenClaims, claimOf } from './access-token.js';
import type { CompactJws } from './compact-jws.js';
import { type InvalidTokenCode, InvalidTokenError } from './errors/auth.errors.js';

/** What the claims are judged by. */
export interface ClaimRules {
  issuer: string;
  audience: readonly string[];
  /** Seconds since 1970. */
  now: number;
  clockToleranceSec: number;
  nonceInAccessToken: boolean;
}

/** Claims that OpenID Connect Core 1.0 (§2, §3.3.2.11) and FAPI put into ID tokens. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/**
 * Validates the claims of a token whose signature has been verified (RFC 7519 §4.1, RFC 9068 §4, RFC
 * 8725 §3.8–3.11). `iat` and `jti` are not checked.
 *
 * @throws InvalidTokenError whose `code` says which rule failed.
 */
export function validateClaims(jws: CompactJws, rules: ClaimRules): AccessTokenClaims {
  const { header, payload } = jws;
  const { now, clockToleranceSec } = rules;
  const has = (name: string) => Object.hasOwn(payload, name);

  const iss = claimOf(payload, 'iss');
  if (iss !== rules.issuer) {
    refuse(payload, 'issuer_mismatch', { expected: rules.issuer, actual: iss });
  }
  // Whoever steals a bound token must not be able to use it as if it were none (RFC 7800 §3).
  if (has('cnf')) refuse(payload, 'token_bound', { claim: 'cnf' });

  const foreign = ID_TOKEN_CLAIMS.filter(
    (name) => has(name) && !(name === 'nonce' && rules.nonceInAccessToken),
  );
  if (foreign.length > 0 && !isAccessTokenType(header.typ)) {
    refuse(payload, 'id_token_used', { claims: foreign });
  }

  const aud = claimOf(payload, 'aud');
  const isForUs = (audience: unknown) => (rules.audience as unknown[]).includes(audience);
  if (!(Array.isArray(aud) ? aud.some(isForUs) : isForUs(aud))) {
    refuse(payload, 'audience_mismatch', { expected: rules.audience, actual: aud });
  }

  const exp = claimOf(payload, 'exp');
  if (!isNumericDate(exp)) refuse(payload, 'claim_invalid', { claim: 'exp', actual: exp });
  if (exp + clockToleranceSec <= now) refuse(payload, 'token_expired', { exp, now });

  const nbf = claimOf(payload, 'nbf');
  if (has('nbf')) {
    if (!isNumericDate(nbf)) refuse(payload, 'claim_invalid', { claim: 'nbf', actual: nbf });
    if (nbf - clockToleranceSec > now) refuse(payload, 'token_not_active', { nbf, now });
  }

  const sub = claimOf(payload, 'sub');
  if (has('sub') && (typeof sub !== 'string' || sub === '')) {
    refuse(payload, 'claim_invalid', { claim: 'sub', actual: sub });
  }
  return payload as AccessTokenClaims;
}

function refuse(payload: object, code: InvalidTokenCode, detail: object): never {
  throw new InvalidTokenError(code, { detail: { ...detail, sub: claimOf(payload, 'sub') } });
}

function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && /^(?:application\/)?at\+jwt$/i.test(typ);
}

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
