import { constants, createHmac, sign, type KeyObject } from 'node:crypto';

/** A part of a token: an object is written as JSON, a text or bytes as they are. */
export type Segment = object | string | Buffer;

/**
 * Signs header and payload in JWS compact form (RFC 7515 §7.1) and checks nothing: a test must be
 * able to make every token that an attacker can make.
 *
 * @param key private key, or the secret of HS256 and its kin.
 * @param alg what to sign with, when it is not what the header says. For `none`, an unknown one, or
 * one that the key is not for, the signature is empty.
 */
export function signCompactJws(
  header: Segment,
  payload: Segment,
  key: KeyObject,
  alg: unknown = (header as { alg?: unknown }).alg,
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(alg, Buffer.from(input), key).toString('base64url')}`;
}

function encode(segment: Segment): string {
  const bytes =
    typeof segment === 'string' || Buffer.isBuffer(segment) ? segment : JSON.stringify(segment);
  return Buffer.from(bytes as string).toString('base64url');
}

/** RFC 7518 §3.1, RFC 8037 §3.1. */
function signature(alg: unknown, input: Buffer, key: KeyObject): Buffer {
  const [, family, bits] = /^(HS|RS|PS|ES)(256|384|512)$/.exec(String(alg)) ?? [];
  const isEdwards = alg === 'EdDSA' || alg === 'Ed25519';
  const digest = `sha${bits}`;
  switch (`${isEdwards ? 'Ed' : family} ${key.asymmetricKeyType ?? key.type}`) {
    case 'HS secret':
      return createHmac(digest, key).update(input).digest();
    case 'RS rsa':
      return sign(digest, input, key);
    case 'PS rsa': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return sign(digest, input, { key, padding, saltLength: Number(bits) / 8 });
    }
    case 'ES ec':
      return sign(digest, input, { key, dsaEncoding: 'ieee-p1363' });
    case 'Ed ed25519':
      return sign(null, input, key);
    default:
      return Buffer.alloc(0);
  }
}
