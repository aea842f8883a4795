import {
  type AsymmetricKeyDetails,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { inspect } from 'node:util';
import type { Algorithm } from '../algorithms.js';
import type { AccessTokenHeader } from '../token/compact-jws.js';

/** Most keys that a set may have. */
const MAX_KEYS = 100;

/** Longest modulus in base64url: 16,384 bits, as in OpenSSL. */
const MAX_N_LENGTH = 2731;

/** Longest exponent in base64url: more than 2^32 needs. */
const MAX_E_LENGTH = 8;

/** Bounds of RSA keys: modulus in bits, public exponent. */
const MIN_MODULUS_BITS = 2048;
const MIN_EXPONENT = 65_537n;
const MAX_EXPONENT = 2n ** 32n;

const RSA_ALGORITHMS: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVE_ALGORITHMS = new Map<unknown, readonly Algorithm[]>([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
]);

/** Members that only a symmetric or a private key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
export const SECRET_MEMBERS = ['k', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/** A key that verifies signatures. */
export interface SigningKey {
  readonly kid?: string;
  /** The algorithm of its JWK, or else all that fit its type. */
  readonly algorithms: readonly Algorithm[];
  readonly key: KeyObject;
}

/**
 * The usable keys of a JWK Set (RFC 7517 §5): public RSA keys of at least 2048 bits and keys on
 * P-256, P-384 and P-521, for signatures. Other keys are ignored.
 */
export class KeySet {
  readonly keys: readonly SigningKey[];
  private readonly byIdentity: ReadonlyMap<string, SigningKey>;

  /**
   * @param jwks the members of the set, as received.
   * @param fetchedAt when the issuer was asked for it, in milliseconds since 1970.
   * @param previous the set before: a key that is in both stays the same object, so that
   * {@link has} still knows the keys of cached tokens.
   * @throws Error when there are too many keys.
   */
  constructor(
    jwks: readonly unknown[],
    readonly fetchedAt: number,
    previous?: KeySet,
  ) {
    if (jwks.length > MAX_KEYS)
      throw new Error(`${jwks.length} keys; at most ${MAX_KEYS} are read`);
    this.keys = jwks
      .map(readKey)
      .filter((key) => typeof key !== 'string')
      .map((key) => previous?.byIdentity.get(identityOf(key)) ?? key);
    this.byIdentity = new Map(this.keys.map((key) => [identityOf(key), key]));
  }

  /** The keys by name, for the log. */
  get summary(): string {
    return this.keys
      .map(({ kid, algorithms }) => {
        const name = kid?.replaceAll(/[^\x21-\x7E]/g, '?').slice(0, 100) ?? 'no kid';
        return `${name} (${algorithms.join(' ')})`;
      })
      .join(', ');
  }

  has(key: SigningKey): boolean {
    return this.keys.includes(key);
  }

  /**
   * The key that a token was signed with: by its `kid`, or without one the only key for its `alg`.
   * Undefined when the set has no such key.
   */
  find({ kid, alg }: AccessTokenHeader): SigningKey | undefined {
    const fits = ({ algorithms }: SigningKey) => (algorithms as readonly string[]).includes(alg);
    if (kid === undefined) {
      const fitting = this.keys.filter(fits);
      return fitting.length === 1 ? fitting[0] : undefined;
    }
    return this.named(kid).find(fits);
  }

  /** The keys with a `kid`, whatever their algorithms. */
  named(kid: string): SigningKey[] {
    return this.keys.filter((key) => key.kid === kid);
  }
}

/** A string that two keys share if they verify the same signatures under the same name. */
function identityOf({ kid, algorithms, key }: SigningKey): string {
  return JSON.stringify([kid, algorithms, key.export({ format: 'jwk' })]);
}

/** The key of a member of a JWK Set, or why it is ignored. */
export function readKey(jwk: unknown): SigningKey | string {
  if (typeof jwk !== 'object' || jwk === null) return 'not a JSON object';
  const { kty, crv, use, alg, kid, n, e, key_ops: operations } = jwk as Record<string, unknown>;
  if (use !== undefined && use !== 'sig') return `not for signatures: use is ${inspect(use)}`;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'not for verifying signatures: key_ops';
  }
  if (kty === 'oct') return 'symmetric';
  if (SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return 'private, or symmetric';
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) {
    return 'its kid is not a non-empty string';
  }
  const fitting = algorithmsOf(kty, crv);
  if (fitting.length === 0) return `unsupported type or curve: ${inspect(kty)}, ${inspect(crv)}`;
  const algorithms = alg === undefined ? fitting : fitting.filter((name) => name === alg);
  if (algorithms.length === 0) return `unsupported algorithm for ${String(kty)}: ${inspect(alg)}`;
  // Checked before the key is created: a longer value cannot be a usable key.
  if (kty === 'RSA' && !(isUpTo(MAX_N_LENGTH, n) && isUpTo(MAX_E_LENGTH, e))) {
    return 'modulus or exponent malformed or too long';
  }
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    return 'malformed';
  }
  return (kty === 'RSA' && weaknessOf(key)) || { kid, algorithms, key };
}

function isUpTo(length: number, value: unknown): boolean {
  return typeof value === 'string' && value.length <= length;
}

function algorithmsOf(kty: unknown, crv: unknown): readonly Algorithm[] {
  if (kty === 'RSA') return RSA_ALGORITHMS;
  return kty === 'EC' ? (CURVE_ALGORITHMS.get(crv) ?? []) : [];
}

function weaknessOf({ asymmetricKeyDetails: details }: KeyObject): string | undefined {
  // Node always provides both for an RSA key.
  const { modulusLength, publicExponent } = details as Required<AsymmetricKeyDetails>;
  if (modulusLength < MIN_MODULUS_BITS) {
    return `too short: ${modulusLength} bits, at least ${MIN_MODULUS_BITS} are required`;
  }
  const isBad =
    publicExponent < MIN_EXPONENT || publicExponent > MAX_EXPONENT || publicExponent % 2n === 0n;
  return isBad ? `unusable public exponent: ${publicExponent}` : undefined;
}
