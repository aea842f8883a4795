import {
  constants,
  createHash,
  createHmac,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { type Expected, type Given, PASS, REFUSED, type TokenCase } from './case.js';
import { base64url, headerText, payloadText } from './token.js';

const { key: unknown, algorithm, signature: forged } = REFUSED;

type Signer = (input: Buffer) => Buffer;

/** A member of the key set, and the result of verifying a token that is signed with it. */
interface Published {
  title: string;
  /** Its `kid` is the title unless it has one of its own. */
  jwk: Record<string, unknown>;
  alg: string;
  signer: Signer;
  expected: Expected;
}

interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const jwkOf = ({ publicKey }: KeyPair) => publicKey.export({ format: 'jwk' });

const rsa = (bits: number, publicExponent?: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits, publicExponent });

const RSA = rsa(2048);
const RSA_JWK = jwkOf(RSA);
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const P256_JWK = jwkOf(P256);
const K256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const ED25519_JWK = jwkOf(generateKeyPairSync('ed25519'));

const rs256 =
  (key: KeyObject = RSA.privateKey): Signer =>
  (input) =>
    sign('sha256', input, key);

const ecdsa =
  (digest: string, key: KeyObject): Signer =>
  (input) =>
    sign(digest, input, { key, dsaEncoding: 'ieee-p1363' });

/** The same RSA key, published with other members. */
const ofRsa = (
  title: string,
  members: Record<string, unknown>,
  expected: Expected = unknown,
): Published => ({
  title,
  jwk: { ...RSA_JWK, ...members },
  alg: 'RS256',
  signer: rs256(),
  expected,
});

const ofPair = (title: string, pair: KeyPair): Published => ({
  title,
  jwk: { ...jwkOf(pair) },
  alg: 'RS256',
  signer: rs256(pair.privateKey),
  expected: unknown,
});

/** The same P-256 key, published with other members. */
const ofEc = (title: string, members: object, expected: Expected = unknown): Published => ({
  title,
  jwk: { ...P256_JWK, ...members },
  alg: 'ES256',
  signer: ecdsa('sha256', P256.privateKey),
  expected,
});

/** With the exponent 1, the signed block is its own signature: no private key is needed. */
const blockItself: Signer = (input) => {
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const content = Buffer.concat([info, createHash('sha256').update(input).digest()]);
  const padding = Buffer.alloc(256 - 3 - content.length, 0xff);
  return Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), content]);
};

const SECRET = Buffer.alloc(32, 7);

const PUBLISHED: Published[] = [
  ofRsa('an RSA key without use and alg', {}, PASS),
  ofRsa('an RSA key with use sig and alg RS256', { use: 'sig', alg: 'RS256' }, PASS),
  ofRsa('an RSA key whose key_ops is verify', { key_ops: ['verify'] }, PASS),
  ofRsa('an RSA key with unknown members', { x5t: 'x', x5c: ['MII'], ext: true, x: 1 }, PASS),
  ofRsa('an RSA key for encryption', { use: 'enc' }),
  ofRsa('an RSA key whose use is SIG', { use: 'SIG' }),
  ofRsa('an RSA key whose use is empty', { use: '' }),
  ofRsa('an RSA key whose use is an array', { use: ['sig'] }),
  ofRsa('an RSA key whose use is null', { use: null }),
  ofRsa('an RSA key whose key_ops is sign', { key_ops: ['sign'] }),
  ofRsa('an RSA key whose key_ops is encrypt and wrapKey', { key_ops: ['encrypt', 'wrapKey'] }),
  ofRsa('an RSA key whose key_ops is empty', { key_ops: [] }),
  ofRsa('an RSA key whose key_ops is a string', { key_ops: 'verify' }),
  ofRsa('an RSA key whose key_ops is an object', { key_ops: { verify: true } }),
  ofRsa('an RSA key whose alg is RSA-OAEP', { alg: 'RSA-OAEP' }),
  ofRsa('an RSA key whose alg is ES256', { alg: 'ES256' }),
  ofRsa('an RSA key whose alg is HS256', { alg: 'HS256' }),
  ofRsa('an RSA key whose alg is none', { alg: 'none' }),
  ofRsa('an RSA key whose alg is empty', { alg: '' }),
  ofRsa('an RSA key whose alg is null', { alg: null }),
  ofRsa('an RSA key whose alg is an array', { alg: ['RS256'] }),
  ofRsa('an RSA key whose alg is PS256, for RS256', { alg: 'PS256' }, algorithm),
  ofRsa('an RSA key whose alg is RS512, for RS256', { alg: 'RS512' }, algorithm),
  ofRsa('an RSA key whose kty is EC', { kty: 'EC' }),
  ofRsa('an RSA key whose kty is oct', { kty: 'oct' }),
  ofRsa('an RSA key whose kty is rsa', { kty: 'rsa' }),
  ofRsa('an RSA key without a kty', { kty: undefined }),
  ofRsa('an RSA key whose kty is an array', { kty: ['RSA'] }),
  ofRsa('an RSA key without a modulus', { n: undefined }),
  ofRsa('an RSA key whose modulus is empty', { n: '' }),
  ofRsa('an RSA key whose modulus is a number', { n: 7 }),
  ofRsa('an RSA key whose modulus is null', { n: null }),
  ofRsa('an RSA key without an exponent', { e: undefined }),
  ofRsa('an RSA key whose exponent is empty', { e: '' }),
  ofRsa('an RSA key whose exponent is zero', { e: 'AA' }),
  ofRsa('an RSA key whose exponent is 2', { e: 'Ag' }),
  ofRsa('an RSA key whose exponent is 65536', { e: 'AQAA' }),
  ofRsa('an RSA key whose exponent is 17', { e: 'EQ' }),
  ofRsa('an RSA key whose exponent is a number', { e: 65537 }),
  ofRsa('an RSA key whose exponent is 2^32 + 1', { e: 'AQAAAAE' }),
  { ...ofRsa('an RSA key whose exponent is 1', { e: 'AQ' }), signer: blockItself },
  ofPair('an RSA key whose exponent is 3', rsa(2048, 3)),
  ofPair('an RSA key of 1024 bits', rsa(1024)),
  ofPair('an RSA key of 2047 bits', rsa(2047)),
  { ...ofPair('an RSA key of 3072 bits', rsa(3072)), expected: PASS },
  { ...ofPair('an RSA key whose exponent is 2^32 - 1', rsa(2048, 2 ** 32 - 1)), expected: PASS },
  { ...ofRsa('a private RSA key', {}), jwk: { ...RSA.privateKey.export({ format: 'jwk' }) } },
  ofRsa('an RSA key with the private member d', { d: 'AQAB' }),
  ofRsa('an RSA key with the private member p, null', { p: null }),
  ofRsa('an RSA key with the secret member k', { k: 'c2VjcmV0' }),
  {
    title: 'a symmetric key',
    jwk: { kty: 'oct', k: SECRET.toString('base64url') },
    alg: 'HS256',
    signer: (input) => createHmac('sha256', SECRET).update(input).digest(),
    expected: algorithm,
  },
  {
    title: 'a symmetric key for RS256',
    jwk: { kty: 'oct', k: SECRET.toString('base64url'), alg: 'RS256' },
    alg: 'RS256',
    signer: (input) => createHmac('sha256', SECRET).update(input).digest(),
    expected: unknown,
  },
  ofEc('a P-256 key', {}, PASS),
  ofEc('a P-256 key for encryption', { use: 'enc' }),
  ofEc('a P-256 key whose alg is ECDH-ES', { alg: 'ECDH-ES' }),
  {
    ...ofEc('a P-256 key whose alg is ES384', { alg: 'ES384' }),
    alg: 'ES384',
    signer: ecdsa('sha384', P256.privateKey),
  },
  {
    ...ofEc('a P-256 key whose crv is P-384', { crv: 'P-384' }),
    alg: 'ES384',
    signer: ecdsa('sha384', P256.privateKey),
  },
  {
    ...ofEc('a P-384 key whose crv is P-256', { ...jwkOf(P384), crv: 'P-256' }),
    signer: ecdsa('sha256', P384.privateKey),
  },
  ofEc('a private P-256 key', P256.privateKey.export({ format: 'jwk' })),
  ofEc('a P-256 key without y', { y: undefined }),
  ofEc('a P-256 key whose x is zero', { x: 'AA' }),
  ofEc('a P-256 key whose point is not on the curve', { x: P256_JWK.y, y: P256_JWK.x }),
  ofEc('a P-256 key whose point is the origin', { x: 'A'.repeat(43), y: 'A'.repeat(43) }),
  ofEc('a P-256 key whose crv is unknown', { crv: 'P-521x' }),
  ofEc('a P-256 key whose crv is toString', { crv: 'toString' }),
  ofEc('a P-256 key whose crv is an array', { crv: ['P-256'] }),
  ofEc('a P-256 key without a crv', { crv: undefined }),
  { ...ofEc('a secp256k1 key', jwkOf(K256)), signer: ecdsa('sha256', K256.privateKey) },
  {
    ...ofEc('a secp256k1 key whose crv is P-256', { ...jwkOf(K256), crv: 'P-256' }),
    signer: ecdsa('sha256', K256.privateKey),
  },
  // EdDSA is not supported, so an OKP key is unusable whatever the token says.
  ofEc('an Ed25519 key', ED25519_JWK),
  ofEc('an Ed25519 key whose alg is ES256', { ...ED25519_JWK, alg: 'ES256' }),
  ofEc('an Ed25519 key whose crv is P-256', { ...ED25519_JWK, crv: 'P-256' }),
  ...(
    [
      ['a number', 7],
      ['empty', ''],
      ['null', null],
      ['an array', ['a key whose kid is an array']],
      ['an object', { kid: 'x' }],
    ] as const
  ).map(([title, kid]): Published => ({
    ...ofRsa(`a key whose kid is ${title}`, {}),
    jwk: { ...RSA_JWK, kid },
  })),
];

const TWINS = [rsa(2048), rsa(2048)] as const;

/** One `kid` for a key for encryption, an EC key, and RSA keys for RS256 and for PS256. */
const SAME_KID: JsonWebKey[] = [
  { ...RSA_JWK, kid: 'twins', use: 'enc' },
  { ...P256_JWK, kid: 'twins' },
  { ...jwkOf(TWINS[0]), kid: 'twins', alg: 'RS256' },
  { ...jwkOf(TWINS[1]), kid: 'twins', alg: 'PS256' },
];

/** Members of a key set that are not keys. */
const NOT_KEYS: unknown[] = [
  null,
  7,
  true,
  'key',
  '',
  [],
  [RSA_JWK],
  {},
  { keys: [RSA_JWK] },
  { kid: 'nothing' },
  { kty: 'RSA' },
  JSON.parse(`{"__proto__":${JSON.stringify(RSA_JWK)},"kid":"inherited"}`),
];

/** A key set of all these members, followed by the issuer's own keys. */
export function mixedKeySet(own: readonly JsonWebKey[]): JsonWebKey[] {
  const members = PUBLISHED.map(({ title, jwk }) => ({ kid: title, ...jwk }));
  return [...NOT_KEYS, ...members, ...SAME_KID, ...own] as JsonWebKey[];
}

/** A token with an old `iat`: the key of a new token may have been published since the fetch. */
const tokenOf =
  (kid: string, alg: string, signer: Signer) =>
  (given: Given): string => {
    const head = headerText(given, [
      ['alg', JSON.stringify(alg)],
      ['kid', JSON.stringify(kid)],
    ]);
    const input = `${base64url(head)}.${base64url(payloadText(given, [['iat', '1']]))}`;
    return `${input}.${signer(Buffer.from(input)).toString('base64url')}`;
  };

const ps384 = (key: KeyObject): Signer => {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return (input) => sign('sha384', input, { key, padding, saltLength: 48 });
};

/** Unusable keys of a set are ignored, the others stay usable (RFC 7517 §5, RFC 7518 §3.3). */
export const KEYS: TokenCase[] = [
  ...PUBLISHED.map(({ title, alg, signer, expected }): TokenCase => [
    title,
    tokenOf(title, alg, signer),
    expected,
  ]),
  [
    'the RSA key that fits the algorithm, among several keys with one kid',
    tokenOf('twins', 'RS256', rs256(TWINS[0].privateKey)),
    PASS,
  ],
  [
    'the EC key that fits the algorithm, among several keys with one kid',
    tokenOf('twins', 'ES256', ecdsa('sha256', P256.privateKey)),
    PASS,
  ],
  [
    'the key for PS256, among several keys with one kid, for RS256',
    tokenOf('twins', 'RS256', rs256(TWINS[1].privateKey)),
    forged,
  ],
  [
    'the key for encryption, among several keys with one kid',
    tokenOf('twins', 'RS256', rs256()),
    forged,
  ],
  [
    'several keys with one kid, none of them for the algorithm',
    tokenOf('twins', 'PS384', ps384(TWINS[1].privateKey)),
    algorithm,
  ],
];
