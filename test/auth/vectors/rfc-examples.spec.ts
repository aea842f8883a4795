import { createSecretKey, type KeyObject } from 'node:crypto';
import { readCompactJws } from '../../../src/auth/token/compact-jws.js';
import { usableKeys } from '../../../src/auth/keys/key-set.js';
import { verifySignature } from '../../../src/auth/signature.js';
import { UNSECURED, type Vector, VECTORS } from './rfc-examples.js';

const named = VECTORS.map((vector) => [vector.section, vector.algorithm, vector] as const);

const inputOf = ({ header, payload }: Vector) => `${header}.${payload}`;
const signatureOf = ({ signature }: Vector) => Buffer.from(signature, 'base64url');

/** The key as the module has it: from a key set, or the shared secret. */
function keyOf({ algorithm, jwk }: Vector): KeyObject {
  if (algorithm === 'HS256') return createSecretKey(Buffer.from(jwk.k!, 'base64url'));
  const [key] = usableKeys([jwk]);
  expect(key!.algorithms).toContain(algorithm);
  return key!.key;
}

describe('the examples of the RFCs', () => {
  it.each(named)('the signature of %s, %s, is verified', (_section, algorithm, vector) => {
    const verified = verifySignature(
      algorithm,
      keyOf(vector),
      inputOf(vector),
      signatureOf(vector),
    );
    expect(verified).toBe(true);
  });

  it.each(named)(
    'the signature of %s, %s, is refused with any of its bytes changed, cut or longer',
    (_section, algorithm, vector) => {
      const key = keyOf(vector);
      const signature = signatureOf(vector);
      const changed = Array.from(signature.keys(), (at) => {
        const bytes = Buffer.from(signature);
        bytes[at]! ^= 1;
        return bytes;
      });
      const others = [signature.subarray(1), signature.subarray(0, -1), Buffer.alloc(0)];
      const longer = [Buffer.concat([signature, Buffer.alloc(1)])];
      for (const bytes of [...changed, ...others, ...longer]) {
        expect(verifySignature(algorithm, key, inputOf(vector), bytes)).toBe(false);
      }
    },
  );

  it.each(named)(
    'the signature of %s, %s, is refused for another input',
    (_section, algorithm, vector) => {
      const key = keyOf(vector);
      for (const input of ['', `${inputOf(vector)}A`, inputOf(vector).replace('.', '')]) {
        expect(verifySignature(algorithm, key, input, signatureOf(vector))).toBe(false);
      }
    },
  );

  it.each(named)(
    'the signature of %s, %s, is refused under the other algorithms of its key',
    (_section, algorithm, vector) => {
      const [key] = usableKeys([vector.jwk]);
      // EdDSA and Ed25519 are two names of one (RFC 9864 §2.2); a secret has one algorithm.
      const others = (key?.algorithms ?? []).filter(
        (other) => other !== algorithm && !other.startsWith('Ed'),
      );
      for (const other of others) {
        expect(verifySignature(other, key!.key, inputOf(vector), signatureOf(vector))).toBe(false);
      }
      expect(others).toHaveLength(vector.jwk.kty === 'RSA' ? 5 : 0);
    },
  );

  it.each(named.filter(([, , { section }]) => /7515 §A\.[123]/.test(section)))(
    'the claims of %s, %s, are read',
    (_section, algorithm, vector) => {
      const { header, payload } = readCompactJws(`${inputOf(vector)}.${vector.signature}`);
      expect(header.alg).toBe(algorithm);
      expect(payload).toEqual({
        iss: 'joe',
        exp: 1_300_819_380,
        'http://example.com/is_root': true,
      });
    },
  );

  it.each(named.filter(([, , { section }]) => !/7515 §A\.[123]/.test(section)))(
    'the payload of %s, %s, is no JSON object, so it is no access token',
    (_section, _algorithm, vector) => {
      const read = () => readCompactJws(`${inputOf(vector)}.${vector.signature}`);
      expect(read).toThrow(expect.objectContaining({ code: 'token_malformed' }));
    },
  );

  it('the unsecured JWT of RFC 7515 §A.5 and RFC 7519 §6.1 is no access token', () => {
    const read = () => readCompactJws(UNSECURED);
    expect(read).toThrow(expect.objectContaining({ code: 'token_malformed' }));
  });
});
