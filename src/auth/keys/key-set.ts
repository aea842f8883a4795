import {
  type AsymmetricKeyDetails,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import type { Algorithm } from '../auth.options.js';
import type { AccessTokenHeader } from '../token/compact-jws.js';

/** Most keys that a set may have. */
const MAX_KEYS = 100;

/** Longest modulus in base64url: 16,384 bits, as in OpenSSL. */
const MAX_N_LENGTH = 2731;

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
const SECRET_MEMBERS = ['k', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

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
   * @param previous the set before: a key that is in both stays the same object.
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
      .flatMap((jwk) => signingKey(jwk) ?? [])
      .map((key) => previous?.byIdentity.get(identityOf(key)) ?? key);
    this.byIdentity = new Map(this.keys.map((key) => [identityOf(key), key]));
  }

  /** The keys by name, for the log. */
  get summary(): string {
    return this.keys
      .map(({ kid, algorithms }) => `${kid ?? 'no kid'} (${algorithms.join(' ')})`)
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
  named(kid: string | undefined): SigningKey[] {
    return this.keys.filter((key) => key.kid === kid);
  }
}

/** A string that two keys share if they verify the same signatures under the same name. */
function identityOf({ kid, algorithms, key }: SigningKey): string {
  return JSON.stringify([kid, algorithms, key.export({ format: 'jwk' })]);
}

function signingKey(jwk: unknown): SigningKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kty, crv, use, alg, kid, n, e, key_ops: operations } = jwk as Record<string, unknown>;
  const isForSignatures =
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')));
  const hasSecret = SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member));
  const isNamed = kid === undefined || (typeof kid === 'string' && kid !== '');
  // Checked before the key is created: a longer value cannot be a usable key.
  const isShort = kty !== 'RSA' || (String(n).length <= MAX_N_LENGTH && String(e).length <= 8);
  if (!isForSignatures || hasSecret || !isNamed || !isShort) return undefined;
  const fitting = algorithmsOf(kty, crv);
  const algorithms = alg === undefined ? fitting : fitting.filter((name) => name === alg);
  if (algorithms.length === 0) return undefined;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return kty === 'RSA' && isWeak(key) ? undefined : { kid, algorithms, key };
  } catch {
    return undefined;
  }
}

function algorithmsOf(kty: unknown, crv: unknown): readonly Algorithm[] {
  if (kty === 'RSA') return RSA_ALGORITHMS;
  return kty === 'EC' ? (CURVE_ALGORITHMS.get(crv) ?? []) : [];
}

function isWeak({ asymmetricKeyDetails: details }: KeyObject): boolean {
  // Node always provides both for an RSA key.
  const { modulusLength, publicExponent } = details as Required<AsymmetricKeyDetails>;
  return (
    modulusLength < MIN_MODULUS_BITS ||
    publicExponent < MIN_EXPONENT ||
    publicExponent > MAX_EXPONENT ||
    publicExponent % 2n === 0n
  );
}
