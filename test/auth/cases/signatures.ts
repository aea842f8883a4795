import { constants, sign } from 'node:crypto';
import { signCompactJws, type TestKey } from '../../../src/auth/testing/index.js';
import { type Given, PASS, REFUSED, type TokenCase } from './case.js';
import { RSA_SIGNATURES } from './rsa-signatures.js';
import { base64url, headerText, keyFor, numberOf, payloadText, withSignature } from './token.js';

const { malformed, algorithm, signature: forged, key: unknown } = REFUSED;

/** A token whose `alg` is `says`, whose `kid` is for `kidOf`, and that is signed as `signs`. */
const crossed = (says: string, kidOf: string, signs: string): TokenCase => [
  `${says} with the kid of a key for ${kidOf}, signed as ${signs}`,
  (given) => {
    const head = headerText(given, [
      ['alg', JSON.stringify(says)],
      ['kid', JSON.stringify(keyFor(given, kidOf).kid)],
    ]);
    return signCompactJws(head, payloadText(given), keyFor(given, signs).privateKey, signs);
  },
  algorithm,
];

/** Every algorithm is allowed here, so only the algorithm of the key counts (RFC 8725 §3.1). */
const BOUND_TO_THE_KEY: TokenCase[] = [
  ...(['RS256', 'PS256', 'ES256', 'ES384', 'ES512'] as const).map((alg): TokenCase => [
    `${alg} with the kid of a key for ${alg}`,
    (given) => given.issuer.mint({}, { alg, kid: keyFor(given, alg).kid }),
    PASS,
  ]),
  crossed('PS256', 'RS256', 'PS256'),
  crossed('PS256', 'RS256', 'RS256'),
  crossed('RS256', 'PS256', 'RS256'),
  crossed('RS256', 'PS256', 'PS256'),
  crossed('RS384', 'RS256', 'RS256'),
  crossed('RS512', 'RS256', 'RS256'),
  crossed('PS384', 'PS256', 'PS256'),
  crossed('PS512', 'PS256', 'PS256'),
  crossed('ES256', 'RS256', 'ES256'),
  crossed('RS256', 'ES256', 'RS256'),
  crossed('PS256', 'ES256', 'PS256'),
  crossed('ES384', 'ES256', 'ES256'),
  crossed('ES384', 'ES256', 'ES384'),
  crossed('ES512', 'ES256', 'ES512'),
  crossed('ES256', 'ES384', 'ES256'),
  crossed('ES256', 'ES512', 'ES512'),
  crossed('ES512', 'ES384', 'ES384'),
];

/** Signs with the key that is published without `alg`. */
const untyped = (says: string, make: (input: Buffer, key: TestKey) => Buffer) => (given: Given) => {
  const head = headerText(given, [
    ['alg', JSON.stringify(says)],
    ['kid', JSON.stringify(given.untyped.kid)],
  ]);
  const input = `${base64url(head)}.${base64url(payloadText(given))}`;
  return `${input}.${make(Buffer.from(input), given.untyped).toString('base64url')}`;
};

const pss =
  (digest: string, saltLength: number) =>
  (input: Buffer, { privateKey }: TestKey) =>
    sign(digest, input, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

const pkcs1 =
  (digest: string) =>
  (input: Buffer, { privateKey }: TestKey) =>
    sign(digest, input, privateKey);

const WITHOUT_ALG: TokenCase[] = [
  ...[256, 384, 512].flatMap((bits): TokenCase[] => [
    [`RS${bits} with a key published without alg`, untyped(`RS${bits}`, pkcs1(`sha${bits}`)), PASS],
    [
      `PS${bits} with a key published without alg`,
      untyped(`PS${bits}`, pss(`sha${bits}`, bits / 8)),
      PASS,
    ],
  ]),
  ['PS256 with the padding of RS256', untyped('PS256', pkcs1('sha256')), forged],
  ['RS256 with the padding of PS256', untyped('RS256', pss('sha256', 32)), forged],
  ['RS512 with the digest of RS256', untyped('RS512', pkcs1('sha256')), forged],
  ['RS256 with the digest of RS512', untyped('RS256', pkcs1('sha512')), forged],
  ['RS256 with SHA-1', untyped('RS256', pkcs1('sha1')), forged],
  ['RS256 with MD5', untyped('RS256', pkcs1('md5')), forged],
  ['PS256 with the digest of PS384', untyped('PS256', pss('sha384', 48)), forged],
  ['PS256 without a salt (RFC 7518 §3.5)', untyped('PS256', pss('sha256', 0)), forged],
  ['PS256 with a salt of 20 bytes', untyped('PS256', pss('sha256', 20)), forged],
  ['PS256 with the longest possible salt', untyped('PS256', pss('sha256', 222)), forged],
  [
    'RS256 without a kid when two keys fit',
    (given) => given.issuer.mint({}, { kid: undefined }),
    unknown,
  ],
  [
    'ES256 without a kid when one key fits',
    (given) => given.issuer.mint({}, { alg: 'ES256', kid: undefined }),
    PASS,
  ],
];

/** The orders of the curves' groups in hexadecimal (FIPS 186-4 appendix D.1.2). */
const ORDERS = {
  ES256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ES384: `${'f'.repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`,
  ES512: `01${'f'.repeat(64)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
};

type Curve = keyof typeof ORDERS;

const ecdsa = (alg: Curve, input: Buffer, key: TestKey) =>
  sign(`sha${alg.slice(2)}`, input, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });

/** A number padded to the length of half a signature. */
function half(alg: Curve, value: bigint): Buffer {
  const length = ORDERS[alg].length;
  return Buffer.from(value.toString(16).padStart(length, '0'), 'hex');
}

const CURVES = Object.keys(ORDERS) as Curve[];

const ECDSA: TokenCase[] = CURVES.flatMap((alg): TokenCase[] => {
  const n = BigInt(`0x${ORDERS[alg]}`);
  const size = ORDERS[alg].length / 2;
  /** Replaces `r` and `s` of a valid signature. */
  const halves = (title: string, make: (r: Buffer, s: Buffer) => Buffer[]): TokenCase => [
    `${alg} with ${title}`,
    withSignature(alg, (input, key) => {
      const valid = ecdsa(alg, input, key);
      return Buffer.concat(make(valid.subarray(0, size), valid.subarray(size)));
    }),
    forged,
  ];
  const zero = half(alg, 0n);
  const one = half(alg, 1n);
  const order = half(alg, n);
  return [
    halves('r and s of zero (CVE-2022-21449)', () => [zero, zero]),
    halves('r of zero', (_, s) => [zero, s]),
    halves('s of zero', (r) => [r, zero]),
    halves('r and s of one', () => [one, one]),
    halves('r of n', (_, s) => [order, s]),
    halves('s of n', (r) => [r, order]),
    halves('r and s of n', () => [order, order]),
    halves('r and s of n-1', () => [half(alg, n - 1n), half(alg, n - 1n)]),
    halves('r and s swapped', (r, s) => [s, r]),
    halves('r twice', (r) => [r, r]),
    halves('only r', (r) => [r]),
    halves('its last byte missing', (r, s) => [r, s.subarray(0, -1)]),
    halves('a trailing zero', (r, s) => [r, s, Buffer.from([0])]),
    halves('a leading zero', (r, s) => [Buffer.from([0]), r, s]),
    halves('a zero before r and s', (r, s) => [Buffer.from([0]), r, Buffer.from([0]), s]),
    halves('all bits set', () => [Buffer.alloc(size * 2, 0xff)]),
    halves('r and s repeated', (r, s) => [r, s, r, s]),
    [
      `${alg} in DER`,
      withSignature(alg, (input, { privateKey }) => sign(`sha${alg.slice(2)}`, input, privateKey)),
      forged,
    ],
    [
      `${alg} with zeros in DER`,
      withSignature(alg, () => Buffer.from([0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00])),
      forged,
    ],
    [`${alg} with an empty signature`, withSignature(alg, () => Buffer.alloc(0)), malformed],
    [
      `${alg} over another digest`,
      withSignature(alg, (input, { privateKey: key }) =>
        sign(alg === 'ES256' ? 'sha384' : 'sha256', input, { key, dsaEncoding: 'ieee-p1363' }),
      ),
      forged,
    ],
    // In ECDSA, (r, n - s) is valid as well. No token is identified by its signature alone.
    [
      `${alg} with n-s for s`,
      withSignature(alg, (input, key) => {
        const valid = ecdsa(alg, input, key);
        const s = numberOf(valid.subarray(size));
        return Buffer.concat([valid.subarray(0, size), half(alg, n - s)]);
      }),
      PASS,
    ],
  ];
});

/** Signatures where every algorithm is allowed (RFC 7515 §5.2, RFC 7518 §3, RFC 8725 §3.1). */
export const SIGNATURES: TokenCase[] = [
  ...BOUND_TO_THE_KEY,
  ...WITHOUT_ALG,
  ...ECDSA,
  ...RSA_SIGNATURES,
];
