import type { ResolvedAuthOptions } from '../auth.options.js';
import type { ProvenKeys } from '../bound/confirmation.js';
import { claimOf, grantedScopes } from '../token/claim-path.js';
import type { ClaimedToken } from './diagnosis.js';
import { printable, printableTime } from './printable.js';

/** Header and payload of a token as far as they can be read. Nothing is verified. */
export interface Unverified {
  /** Number of parts between dots: 3 in a JWS, 5 in a JWE. */
  readonly parts: number;
  readonly header: object;
  readonly payload: object;
}

export function readUnverified(token: string): Unverified {
  const parts = token.split('.');
  const payload = parts.length === 3 ? jsonObject(parts[1]!) : {};
  return { parts: parts.length, header: jsonObject(parts[0]!), payload };
}

function jsonObject(part: string): object {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString())) as object;
  } catch {
    return {};
  }
}

/** What a request must prove to be sent with the token: the thumbprints in its `cnf`. */
export function boundKeys({ payload }: Unverified): ProvenKeys {
  const thumbprint = (method: keyof ProvenKeys) => {
    const value = claimOf(payload, ['cnf', method]);
    return typeof value === 'string' ? value : undefined;
  };
  return { jkt: thumbprint('jkt'), 'x5t#S256': thumbprint('x5t#S256') };
}

/** A token in brief, without its subject and its signature. */
export function describeClaims(
  { header, payload }: Unverified,
  { grantClaims, impliedScopes }: ResolvedAuthOptions,
): ClaimedToken {
  const shown = (from: object, name: string) => {
    const value = claimOf(from, name);
    return value === undefined ? undefined : printable(value);
  };
  const exp = claimOf(payload, 'exp');
  const scopes = grantedScopes(payload, grantClaims, impliedScopes);
  return {
    alg: shown(header, 'alg'),
    typ: shown(header, 'typ'),
    kid: shown(header, 'kid'),
    iss: shown(payload, 'iss'),
    aud: shown(payload, 'aud'),
    exp: exp === undefined ? undefined : printableTime(exp),
    azp: shown(payload, 'azp'),
    scopes: scopes.length === 0 ? undefined : printable(scopes),
  };
}
