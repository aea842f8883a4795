import {
  type AsymmetricKeyDetails,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import type { Algorithm } from '../auth.options.js';

/** A key of the issuer, ready to verify with. */
export interface SigningKey {
  readonly kid?: string;
  /** The algorithms it may be used with: that of the JWK, else those its type fits. */
  readonly algorithms: readonly Algorithm[];
  readonly key: KeyObject;
}

const RSA_ALGORITHMS: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVE_ALGORITHMS: Readonly<Record<string, readonly Algorithm[]>> = {
  'EC P-256': ['ES256'],
  'EC P-384': ['ES384'],
  'EC P-521': ['ES512'],
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
};

/** Members that only a symmetric or a private key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
const SECRET_MEMBERS = ['k', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/**
 * The usable keys of a JWK Set (RFC 7517 §5): public RSA keys of 2048 bits and more with an odd exponent
 * from 65537, and keys on P-256, P-384, P-521 and Ed25519, meant for signatures. Others are left out and do
 * not spoil the set.
 */
export function usableKeys(jwks: readonly unknown[]): SigningKey[] {
  return jwks.flatMap((jwk) => signingKey(jwk) ?? []);
}

/** Whether two keys verify the same signatures under the same name. */
export function isSameKey(a: SigningKey, b: SigningKey): boolean {
  return a.kid === b.kid && a.algorithms.join() === b.algorithms.join() && a.key.equals(b.key);
}

function signingKey(jwk: unknown): SigningKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kty, crv, use, alg, kid, key_ops: operations } = jwk as Record<string, unknown>;
  if (use !== undefined && use !== 'sig') return undefined;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return undefined;
  }
  if (SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return undefined;
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return undefined;
  const fitting = kty === 'RSA' ? RSA_ALGORITHMS : curveAlgorithms(kty, crv);
  const algorithms = alg === undefined ? fitting : fitting.filter((name) => name === alg);
  if (algorithms.length === 0) return undefined;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return kty === 'RSA' && isWeak(key) ? undefined : { kid, algorithms, key };
  } catch {
    return undefined;
  }
}

function curveAlgorithms(type: unknown, curve: unknown): readonly Algorithm[] {
  if (typeof type !== 'string' || typeof curve !== 'string') return [];
  const name = `${type} ${curve}`;
  return Object.hasOwn(CURVE_ALGORITHMS, name) ? CURVE_ALGORITHMS[name]! : [];
}

function isWeak({ asymmetricKeyDetails: details }: KeyObject): boolean {
  // Node tells both of every RSA key.
  const { modulusLength, publicExponent } = details as Required<AsymmetricKeyDetails>;
  return modulusLength < 2048 || publicExponent < 65_537n || publicExponent % 2n === 0n;
}
