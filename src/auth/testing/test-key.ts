import { generateKeyPair, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Algorithm } from '../auth.options.js';

/** An algorithm that there are key pairs for. */
export type TestKeyAlgorithm = Exclude<Algorithm, 'HS256'>;

const generate = promisify(generateKeyPair);

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
};

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
  const { privateKey, publicKey } = await generateFor(alg);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicKey, jwk };
}

function generateFor(alg: TestKeyAlgorithm) {
  const curve = CURVES[alg];
  return curve ? generate('ec', { namedCurve: curve }) : generate('rsa', { modulusLength: 2048 });
}
