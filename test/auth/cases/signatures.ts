import { constants, createHash, privateEncrypt, sign } from 'node:crypto';
import { signCompactJws, type TestKey } from '../../../src/auth/testing/index.js';
import { type Given, PASS, REFUSED, type TokenCase } from './case.js';
import { base64url, headerText, payloadText } from './token.js';

const { malformed, algorithm, signature: forged, key: unknown } = REFUSED;

const keyFor = ({ issuer }: Given, alg: string): TestKey =>
  issuer.keys.find((key) => key.alg === alg)!;

/** A token that names the key for `alg` and is signed by `make`. */
const withSignature =
  (alg: string, make: (input: Buffer, key: TestKey) => Buffer) =>
  (given: Given): string => {
    const key = keyFor(given, alg);
    const head = headerText(given, [
      ['alg', JSON.stringify(alg)],
      ['kid', JSON.stringify(key.kid)],
    ]);
    const input = `${base64url(head)}.${base64url(payloadText(given))}`;
    return `${input}.${make(Buffer.from(input), key).toString('base64url')}`;
  };

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
  ['RS256 with a key published without alg', untyped('RS256', pkcs1('sha256')), PASS],
  ['PS256 with a key published without alg', untyped('PS256', pss('sha256', 32)), PASS],
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

const numberOf = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);

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

const RSA: TokenCase[] = [
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

/** Signatures where every algorithm is allowed (RFC 7515 §5.2, RFC 7518 §3, RFC 8725 §3.1). */
export const SIGNATURES: TokenCase[] = [...BOUND_TO_THE_KEY, ...WITHOUT_ALG, ...ECDSA, ...RSA];
