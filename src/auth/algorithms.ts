/** Signature algorithms for public keys (RFC 7518 §3.1): those of jsonwebtoken. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

/** Algorithms that a DPoP proof may be signed with: those, and Ed25519 (RFC 8037, RFC 9864). */
export const PROOF_ALGORITHMS: readonly string[] = [...ALGORITHMS, 'Ed25519', 'EdDSA'];

/** A signature algorithm. HS256 is only used with the option `secret`. */
export type Algorithm = (typeof ALGORITHMS)[number] | 'HS256';
