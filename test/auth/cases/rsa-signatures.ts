import { constants, createHash, privateEncrypt, sign } from 'node:crypto';
import type { TestKey } from '../../../src/auth/testing/index.js';
import { type Given, PASS, REFUSED, type TokenCase } from './case.js';
import { numberOf, withSignature } from './token.js';

const { malformed, signature: forged } = REFUSED;

/** Applies the private key to a block without checking the block. */
function rawRsa({ privateKey }: TestKey, block: Buffer): Buffer {
  return privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block);
}

/** A PKCS #1 block around content (RFC 8017 §9.2). */
function pkcs1Block(content: Buffer, filling = 0xff, type = 0x01): Buffer {
  const fill = Buffer.alloc(256 - 3 - content.length, filling);
  return Buffer.concat([Buffer.from([0, type]), fill, Buffer.from([0]), content]);
}

/** The DigestInfo of SHA-256 up to the digest. */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
/** The same without the NULL for its parameters. */
const SHA256_INFO_BARE = Buffer.from('302f300b06096086480165030402010420', 'hex');

const sha256 = (input: Buffer) => createHash('sha256').update(input).digest();

/** Replaces a valid signature. */
const rsa = (
  title: string,
  make: (valid: Buffer, input: Buffer, key: TestKey) => Buffer,
): TokenCase => [
  `RS256 with ${title}`,
  withSignature('RS256', (input, key) => make(sign('sha256', input, key.privateKey), input, key)),
  forged,
];

/** Damaged and made-up RSA signatures (RFC 8017 §8.2.2, §9.2). */
export const RSA_SIGNATURES: TokenCase[] = [
  rsa('only zeros', () => Buffer.alloc(256)),
  rsa('a single zero', () => Buffer.alloc(1)),
  rsa('the number one', () => half256(1n)),
  rsa('all bits set', () => Buffer.alloc(256, 0xff)),
  rsa('the modulus', (_valid, _input, key) => modulusOf(key)),
  rsa('the modulus minus one', (_valid, _input, key) => half256(numberOf(modulusOf(key)) - 1n)),
  rsa('a leading zero', (valid) => Buffer.concat([Buffer.alloc(1), valid])),
  rsa('a trailing zero', (valid) => Buffer.concat([valid, Buffer.alloc(1)])),
  rsa('its first byte missing', (valid) => valid.subarray(1)),
  rsa('its last byte missing', (valid) => valid.subarray(0, -1)),
  rsa('only its first byte', (valid) => valid.subarray(0, 1)),
  rsa('its bytes repeated', (valid) => Buffer.concat([valid, valid])),
  rsa('its bytes in reverse order', (valid) => Buffer.from([...valid].toReversed())),
  rsa('its bits inverted', (valid) => Buffer.from(valid.map((byte) => byte ^ 0xff))),
  rsa('the modulus added to it', (valid, _input, key) => {
    const sum = numberOf(valid) + numberOf(modulusOf(key));
    return Buffer.from(sum.toString(16).padStart(514, '0'), 'hex');
  }),
  rsa('a digest without its DigestInfo', (_, input, key) => rawRsa(key, pkcs1Block(sha256(input)))),
  rsa('a DigestInfo without NULL', (_, input, key) =>
    rawRsa(key, pkcs1Block(Buffer.concat([SHA256_INFO_BARE, sha256(input)]))),
  ),
  rsa('bytes after its DigestInfo', (_, input, key) =>
    rawRsa(key, pkcs1Block(Buffer.concat([SHA256_INFO, sha256(input), Buffer.alloc(16)]))),
  ),
  rsa('a padding of zeros', (_, input, key) =>
    rawRsa(key, pkcs1Block(Buffer.concat([SHA256_INFO, sha256(input)]), 0x00)),
  ),
  rsa('the padding of encryption', (_, input, key) =>
    rawRsa(key, pkcs1Block(Buffer.concat([SHA256_INFO, sha256(input)]), 0xff, 0x02)),
  ),
  rsa('a short padding and bytes after the digest (CVE-2006-4339)', (_, input, key) => {
    const content = Buffer.concat([SHA256_INFO, sha256(input)]);
    const start = Buffer.concat([Buffer.from([0, 1, ...Array<number>(8).fill(0xff), 0]), content]);
    return rawRsa(key, Buffer.concat([start, Buffer.alloc(256 - start.length)]));
  }),
  [
    'RS256 with a PKCS #1 block made by hand',
    withSignature('RS256', (input, key) =>
      rawRsa(key, pkcs1Block(Buffer.concat([SHA256_INFO, sha256(input)]))),
    ),
    PASS,
  ],
  ['RS256 with an empty signature', withSignature('RS256', () => Buffer.alloc(0)), malformed],
  [
    'RS256 with a signature that starts with a zero',
    (given) => leadingZero(given, (token) => token),
    PASS,
  ],
  [
    'RS256 with its leading zero left out (RFC 8017 §8.2.2)',
    (given) =>
      leadingZero(given, (input, bytes) => `${input}.${bytes.subarray(1).toString('base64url')}`),
    forged,
  ],
  [
    'a signature by another key of the same size',
    (given) =>
      withSignature('RS256', (input) => sign('sha256', input, given.stranger.privateKey))(given),
    forged,
  ],
  [
    'the signature of another token',
    (given) =>
      withSignature('RS256', (_, { privateKey }) => sign('sha256', Buffer.from('x'), privateKey))(
        given,
      ),
    forged,
  ],
  [
    'a payload changed after it was signed',
    ({ issuer }) => {
      const [head, , tail] = issuer.mint().split('.');
      return [head, issuer.mint({ sub: 'admin' }).split('.')[1], tail].join('.');
    },
    forged,
  ],
  [
    'a header changed after it was signed',
    ({ issuer }) => {
      const [, body, tail] = issuer.mint().split('.');
      return [issuer.mint({}, { x: 1 }).split('.')[0], body, tail].join('.');
    },
    forged,
  ],
];

const half256 = (value: bigint) => Buffer.from(value.toString(16).padStart(512, '0'), 'hex');

const modulusOf = ({ jwk }: TestKey) => Buffer.from(jwk.n!, 'base64url');

/** Mints tokens until a signature starts with a zero; one in 256 does. */
function leadingZero(given: Given, spell: (token: string, bytes: Buffer) => string): string {
  for (let jti = 0; ; jti += 1) {
    const token = given.issuer.mint({ jti });
    const dot = token.lastIndexOf('.');
    const bytes = Buffer.from(token.slice(dot + 1), 'base64url');
    if (bytes[0] !== 0) continue;
    return spell.length === 1 ? token : spell(token.slice(0, dot), bytes);
  }
}
