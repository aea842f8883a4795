import { hash } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { PROOF_ALGORITHMS } from '../algorithms.js';
import { DpopProofError } from '../refusals/auth.errors.js';
import type { ProofKey, ProofKeys } from './proof-keys.js';
import { normalUrl } from './request-url.js';

const REQUIRED_CLAIMS = ['jti', 'htm', 'htu', 'iat', 'ath'];

const MAX_JTI_LENGTH = 256;

/** What a proof must be for. */
interface ProvenRequest {
  readonly method: string;
  /** In normal form. Undefined for a request whose URL cannot be known. */
  readonly url: string | undefined;
  readonly token: string;
}

interface ProofRules {
  readonly keys: ProofKeys;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly maxAgeSec: number;
  /** Throws unless the nonce is one that the server has given. */
  readonly requireNonce?: (nonce: unknown) => void;
}

/** A proof whose form, signature and claims fit the request. */
export interface DpopProof {
  /** Thumbprint of its key (RFC 7638). */
  readonly jkt: string;
  readonly jti: string;
  /** Seconds since 1970. */
  readonly iat: number;
}

/**
 * Verifies a proof by the rules of RFC 9449 §4.3, in their order. Not checked here: that the token
 * is bound to its key, and that the proof has not been used before.
 *
 * @throws DpopProofError
 */
export async function verifyProof(
  proof: string,
  request: ProvenRequest,
  rules: ProofRules,
): Promise<DpopProof> {
  const { payload, jkt } = await verifySignature(proof, rules);
  const { htm, htu, nonce, iat, ath, jti } = payload;
  const { method, url, token } = request;
  if (htm !== method) {
    const description = 'The htm claim of the DPoP proof is not the method of the request.';
    refuse(description, { expected: method, actual: htm });
  }
  if (url === undefined || normalUrl(htu) !== url) {
    const description = 'The htu claim of the DPoP proof is not the URL of the request.';
    refuse(description, { expected: url, actual: htu });
  }
  rules.requireNonce?.(nonce);
  const now = rules.now / 1000;
  if (typeof iat !== 'number' || Math.abs(now - iat) > rules.maxAgeSec) {
    refuseAge(iat, now, rules);
  }
  if (ath !== hash('sha256', token, 'base64url')) {
    refuse('The ath claim of the DPoP proof is not the hash of the access token.', { actual: ath });
  }
  if (typeof jti !== 'string' || jti.length === 0 || jti.length > MAX_JTI_LENGTH) {
    const lengths = `1 to ${MAX_JTI_LENGTH} characters`;
    refuse(`The jti claim of the DPoP proof must have ${lengths}.`, { actual: jti });
  }
  return { jkt, jti, iat };
}

/**
 * Refuses a proof that was made too long ago, or is dated too far ahead (RFC 9449 §11.1).
 *
 * @param now seconds since 1970.
 * @throws DpopProofError
 */
export function refuseAge(
  iat: unknown,
  now: number,
  { maxAgeSec }: Pick<ProofRules, 'maxAgeSec'>,
): never {
  const description = 'The iat claim of the DPoP proof is too far from the present time.';
  refuse(description, { expected: `${now} ± ${maxAgeSec}`, actual: iat });
}

/** Form and header, and the signature by the key in the header. */
async function verifySignature(
  proof: string,
  { keys, now }: ProofRules,
): Promise<{ payload: JWTPayload; jkt: string }> {
  let found: ProofKey | undefined;
  try {
    const { payload } = await jwtVerify(
      proof,
      async (header, jws) => (found = await keys.of(header, jws)).key,
      {
        typ: 'dpop+jwt',
        algorithms: [...PROOF_ALGORITHMS],
        requiredClaims: REQUIRED_CLAIMS,
        currentDate: new Date(now),
      },
    );
    return { payload, jkt: found!.jkt };
  } catch (cause) {
    if (cause instanceof DpopProofError) throw cause;
    throw new DpopProofError(sentenceFor(cause), { cause });
  }
}

function sentenceFor(cause: unknown): string {
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return 'The signature of the DPoP proof is invalid.';
  }
  if (cause instanceof errors.JOSEAlgNotAllowed) {
    return 'The DPoP proof is signed with an algorithm that is not allowed.';
  }
  return 'The DPoP proof is malformed.';
}

function refuse(description: string, detail: Record<string, unknown>): never {
  throw new DpopProofError(description, { detail });
}
