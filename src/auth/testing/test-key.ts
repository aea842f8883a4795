import { generateKeyPair, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Algorithm } from '../auth.options.js';

const generate = promisify(generateKeyPair);

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
};

/** A key pair of a test issuer. */
export interface TestKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public key as the JWK Set shows it. */
  readonly jwk: JsonWebKey;
}

/** Makes a key pair for one algorithm; RSA keys have 2048 bits. */
export async function createTestKey(alg: Algorithm, kid: string = randomUUID()): Promise<TestKey> {
  const curve = CURVES[alg];
  const { privateKey, publicKey } = curve
    ? await generate('ec', { namedCurve: curve })
    : await generate('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicKey, jwk };
}
