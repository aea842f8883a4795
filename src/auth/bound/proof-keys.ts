import {
  calculateJwkThumbprint,
  type CryptoKey,
  EmbeddedJWK,
  type JWK,
  type JWSHeaderParameters,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { readKey, SECRET_MEMBERS } from '../keys/key-set.js';
import { DpopProofError } from '../refusals/auth.errors.js';

const KEY_UNUSABLE = 'The DPoP proof has no usable public key.';

/** Bounds of the keys that are kept: their number, and the length of a header in characters. */
const MAX_KEYS = 5000;
const MAX_HEADER_LENGTH = 1024;

/** A key that verifies proofs. */
export interface ProofKey {
  readonly key: CryptoKey;
  /** Its thumbprint (RFC 7638). */
  readonly jkt: string;
}

/** What jose hands over besides the header. */
type Jws = NonNullable<Parameters<typeof EmbeddedJWK>[1]>;

/**
 * The keys in the headers of proofs. A client sends the same header with every request, and reading
 * its key takes longer than verifying a signature, so keys are kept by the text of the header.
 */
export class ProofKeys {
  private readonly known = new LRUCache<string, ProofKey>({ max: MAX_KEYS });

  /** @throws DpopProofError when the key is not public, or not usable for its algorithm. */
  async of(header: JWSHeaderParameters, jws: Jws): Promise<ProofKey> {
    const text = jws.protected!;
    const known = this.known.get(text);
    if (known) return known;
    const key = await readProofKey(header, jws);
    // A copy: V8 would keep the whole proof for a part of it.
    if (text.length <= MAX_HEADER_LENGTH) this.known.set(Buffer.from(text).toString(), key);
    return key;
  }
}

/** The key must be public, and an RSA key must be as good as an issuer's. */
async function readProofKey(header: JWSHeaderParameters, jws: Jws): Promise<ProofKey> {
  const jwk = Object(header.jwk) as JWK;
  const isSecret = SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member));
  const reason = isSecret ? 'private, or symmetric' : jwk.kty === 'RSA' && readKey(jwk);
  if (typeof reason === 'string') throw new DpopProofError(KEY_UNUSABLE, { detail: { reason } });
  try {
    const key = await EmbeddedJWK(header, jws);
    return { key, jkt: await calculateJwkThumbprint(jwk) };
  } catch (cause) {
    throw new DpopProofError(KEY_UNUSABLE, { cause });
  }
}
