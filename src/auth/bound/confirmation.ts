import { timingSafeEqual } from 'node:crypto';
import { DpopProofError, InvalidTokenError } from '../refusals/auth.errors.js';
import { claimOf } from '../token/claim-path.js';

/** Members of `cnf` that this module can check (RFC 9449 §6.1, RFC 8705 §3.1). */
const METHODS = ['jkt', 'x5t#S256'] as const;

/** What a token may be bound to: the key of a DPoP proof, or a client certificate. */
export type ConfirmationMethod = (typeof METHODS)[number];

/** What a request has proved to hold: SHA-256 thumbprints in base64url. */
export type ProvenKeys = { readonly [Method in ConfirmationMethod]?: string };

/** Finds out what a request has proved, for a token with these claims. */
export type KeyProver = (claims: object) => Promise<ProvenKeys>;

const NOT_BOUND = 'The access token is not bound to the key of a DPoP proof.';
const OTHER_KEY = 'The access token is bound to another key than that of the DPoP proof.';

/**
 * Checks what a token is bound to (RFC 7800 §3.1): `cnf` must have a member that one of the methods
 * checks, every `jkt` and `x5t#S256` in it must be checked, and the request must have proved it.
 * Other members are ignored. A token without `cnf` passes, unless it comes with a DPoP proof.
 *
 * @param methods those that the application has turned on.
 * @throws InvalidTokenError `token_bound`, or `certificate_mismatch` for the certificate.
 * @throws DpopProofError when the proof is signed with another key.
 */
export function requireConfirmed(
  payload: object,
  proven: ProvenKeys,
  methods: readonly ConfirmationMethod[],
): void {
  // Most tokens are bearer tokens.
  if (!Object.hasOwn(payload, 'cnf') && proven.jkt === undefined) return;
  const confirmation: unknown = claimOf(payload, 'cnf');
  const members = METHODS.filter((member) => isBoundTo(payload, member));
  const detail = { claim: 'cnf', expected: methods, actual: members, sub: claimOf(payload, 'sub') };
  if (Object.hasOwn(payload, 'cnf')) {
    const isChecked = members.length > 0 && members.every((member) => methods.includes(member));
    if (!isChecked) throw new InvalidTokenError('token_bound', { detail });
  }
  for (const member of members) {
    const claimed = claimOf(confirmation as object, member);
    const actual = proven[member];
    if (isSame(actual, claimed)) continue;
    if (member === 'x5t#S256') {
      const certificates = { expected: claimed, actual: actual ?? 'no certificate' };
      throw new InvalidTokenError('certificate_mismatch', {
        detail: { ...detail, ...certificates },
      });
    }
    if (proven.jkt === undefined) throw new InvalidTokenError('token_bound', { detail });
    throw new DpopProofError(OTHER_KEY, { detail });
  }
  if (proven.jkt !== undefined && !members.includes('jkt')) refuseUnbound(payload);
}

/** Whether `cnf` names a key or certificate. */
export function isBoundTo(payload: object, member: ConfirmationMethod): boolean {
  return Object.hasOwn(Object(claimOf(payload, 'cnf')) as object, member);
}

/**
 * Refuses a token that no proof protects, where one is required.
 *
 * @throws InvalidTokenError `token_bound`
 */
export function refuseUnbound(payload: object): never {
  const detail = { claim: 'cnf', expected: ['jkt'], sub: claimOf(payload, 'sub') };
  throw new InvalidTokenError('token_bound', { detail }, NOT_BOUND);
}

/** In constant time, so that a thumbprint cannot be guessed piece by piece. */
function isSame(proven: string | undefined, claimed: unknown): boolean {
  if (proven === undefined || typeof claimed !== 'string') return false;
  const [one, other] = [Buffer.from(proven), Buffer.from(claimed)];
  return one.length === other.length && timingSafeEqual(one, other);
}
