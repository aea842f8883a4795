import { generateKeyPair, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Algorithm } from '../algorithms.js';

/** An algorithm that there are key pairs for. */
export type TestKeyAlgorithm = Exclude<Algorithm, 'HS256'>;

const generate = promisify(generateKeyPair);

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
};

type KeyPair = Pick<TestKey, 'privateKey' | 'publicKey'>;

/** A key pair of a test issuer. */
export interface TestKey {
  readonly kid: string;
  readonly alg: TestKeyAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public key as the JWK Set shows it. */
  readonly jwk: JsonWebKey;
}

/** Makes a key pair for one algorithm; RSA keys have 2048 bits. */
export async function createTestKey(
  alg: TestKeyAlgorithm,
  kid: string = randomUUID(),
): Promise<TestKey> {
  const { privateKey, publicKey } = await pairFor(alg);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicKey, jwk };
}

/**
 * RSA pairs of closed issuers, to be used again: creating one takes up to half a second. Without a
 * list, which is the default, no two issuers ever have the same key.
 */
export const keyPool: { unused?: KeyPair[] } = {};

/** Puts the RSA pairs of an issuer that is closed into the pool. */
export function releaseTestKeys(keys: TestKey[]): void {
  keyPool.unused?.push(...keys.filter(({ publicKey }) => publicKey.asymmetricKeyType === 'rsa'));
}

function pairFor(alg: TestKeyAlgorithm): Promise<KeyPair> | KeyPair {
  const curve = CURVES[alg];
  if (curve !== undefined) return generate('ec', { namedCurve: curve });
  return keyPool.unused?.pop() ?? generate('rsa', { modulusLength: 2048 });
}
