import { hash, type JsonWebKey, randomUUID } from 'node:crypto';
import { signCompactJws } from './compact-jws.signer.js';
import { createTestKey, type TestKey, type TestKeyAlgorithm } from './test-key.js';

/** What a proof is for, and what a test wants to be different. */
export interface ProofOptions {
  readonly method: string;
  /** URL of the request: the option `publicUrl` and the path. */
  readonly url: string;
  /** The access token that it is sent with. */
  readonly token: string;
  /** The last value of the header `DPoP-Nonce`. */
  readonly nonce?: string;
  /** Added to the claims, or put in their place; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The same for the header. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A key of a client that uses DPoP (RFC 9449). */
export interface DpopKey {
  /** Its thumbprint. A token is bound to the key by `issuer.mint({ cnf: { jkt } })`. */
  readonly jkt: string;
  /** The public key. */
  readonly jwk: JsonWebKey;
  /** Makes a proof for one request: the value of the header `DPoP`. */
  proof(options: ProofOptions): string;
}

/**
 * Makes a key for e2e tests of an application that accepts DPoP.
 *
 * @param now milliseconds since 1970, for `iat`. @default Date.now
 *
 * @example
 * const key = await createDpopKey();
 * const token = issuer.mint({ cnf: { jkt: key.jkt } });
 * const proof = key.proof({ method: 'GET', url: 'https://api.example.com/cats', token });
 * const headers = { authorization: `DPoP ${token}`, dpop: proof };
 */
export async function createDpopKey(
  alg: TestKeyAlgorithm = 'ES256',
  now: () => number = Date.now,
): Promise<DpopKey> {
  return dpopKeyOf(await createTestKey(alg), now);
}

/** The same with a key pair of the caller. */
export function dpopKeyOf(
  { alg, privateKey, publicKey }: Pick<TestKey, 'alg' | 'privateKey' | 'publicKey'>,
  now: () => number = Date.now,
): DpopKey {
  const jwk = publicKey.export({ format: 'jwk' });
  const { crv, e, kty, n, x, y } = jwk;
  return {
    // RFC 7638 §3: the members that the type of the key has, in this order.
    jkt: hash('sha256', JSON.stringify({ crv, e, kty, n, x, y }), 'base64url'),
    jwk,
    proof({ method, url, token, nonce, claims, header }) {
      const iat = Math.floor(now() / 1000);
      const ath = hash('sha256', token, 'base64url');
      return signCompactJws(
        { typ: 'dpop+jwt', alg, jwk, ...header },
        { jti: randomUUID(), htm: method, htu: url, iat, ath, nonce, ...claims },
        privateKey,
      );
    },
  };
}
