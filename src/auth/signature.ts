import {
  constants,
  createHmac,
  type KeyObject,
  type SignKeyObjectInput,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { Algorithm } from './auth.options.js';

/** How a signature of one algorithm is verified (RFC 7518 §3.1, RFC 8037 §3.1). */
interface Scheme {
  readonly digest?: string;
  /** The key with what else there is to say; else the key alone. */
  readonly keyInput?: (key: KeyObject) => SignKeyObjectInput;
}

const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
const pss = (key: KeyObject) => ({ key, padding, saltLength });
/** `r` and `s` one after the other, as JWS has them (RFC 7518 §3.4), and nothing else. */
const concatenated = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;

const SCHEMES: Readonly<Record<Exclude<Algorithm, 'HS256'>, Scheme>> = {
  RS256: { digest: 'sha256' },
  RS384: { digest: 'sha384' },
  RS512: { digest: 'sha512' },
  PS256: { digest: 'sha256', keyInput: pss },
  PS384: { digest: 'sha384', keyInput: pss },
  PS512: { digest: 'sha512', keyInput: pss },
  ES256: { digest: 'sha256', keyInput: concatenated },
  ES384: { digest: 'sha384', keyInput: concatenated },
  ES512: { digest: 'sha512', keyInput: concatenated },
  EdDSA: {},
  Ed25519: {},
};

/**
 * Whether a signature is that of the signing input (RFC 7515 §5.2), by `node:crypto`.
 *
 * That the key is for this algorithm is not checked: `keys/` hands out none that is not.
 *
 * @param signingInput header and payload as they came, with the dot between them.
 */
export function verifySignature(
  algorithm: Algorithm,
  key: KeyObject,
  signingInput: string,
  signature: Buffer,
): boolean {
  // Base64url and a dot: each character is a byte.
  const input = Buffer.from(signingInput, 'latin1');
  if (algorithm === 'HS256') {
    const expected = createHmac('sha256', key).update(input).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }
  const { digest, keyInput } = SCHEMES[algorithm];
  return verify(digest, input, keyInput ? keyInput(key) : key, signature);
}
