import {
  constants,
  createHash,
  createHmac,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { type Case, type Expected, type Given, PASS, REFUSED } from './case.js';
import { base64url, headerText, payloadText } from './token.js';

const { key: unknown, algorithm, signature: forged } = REFUSED;

type Signer = (input: Buffer) => Buffer;

/** A member of the key set, and what becomes of a token that is signed with it. */
interface Published {
  title: string;
  /** As it stands in the set; its `kid` is the title unless it has one of its own. */
  jwk: Record<string, unknown>;
  alg: string;
  signer: Signer;
  expected: Expected;
}

const rsa = (bits: number, publicExponent?: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits, publicExponent });

const RSA = rsa(2048);
const RSA_JWK = RSA.publicKey.export({ format: 'jwk' });
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const P256_JWK = P256.publicKey.export({ format: 'jwk' });
const K256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const ED25519 = generateKeyPairSync('ed25519');
const ED25519_JWK = ED25519.publicKey.export({ format: 'jwk' });
const ED448 = generateKeyPairSync('ed448');

const rs256 =
  (key: KeyObject = RSA.privateKey): Signer =>
  (input) =>
    sign('sha256', input, key);

const ecdsa =
  (digest: string, key: KeyObject): Signer =>
  (input) =>
    sign(digest, input, { key, dsaEncoding: 'ieee-p1363' });

const ed25519: Signer = (input) => sign(null, input, ED25519.privateKey);

/** An RSA key for signatures with members of its own. */
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

const ofPair = (
  title: string,
  pair: { publicKey: KeyObject; privateKey: KeyObject },
): Published => ({
  title,
  jwk: pair.publicKey.export({ format: 'jwk' }),
  alg: 'RS256',
  signer: rs256(pair.privateKey),
  expected: unknown,
});

/** With the exponent 1 the signature is the block that is signed: nobody needs a private key. */
const blockItself: Signer = (input) => {
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const content = Buffer.concat([info, createHash('sha256').update(input).digest()]);
  const filling = Buffer.alloc(256 - 3 - content.length, 0xff);
  return Buffer.concat([Buffer.from([0, 1]), filling, Buffer.from([0]), content]);
};

const SECRET = Buffer.alloc(32, 7);

const PUBLISHED: Published[] = [
  ofRsa('an RSA key without use and alg', {}, PASS),
  ofRsa('an RSA key for signatures', { use: 'sig', alg: 'RS256' }, PASS),
  ofRsa('an RSA key that may verify', { key_ops: ['verify'] }, PASS),
  ofRsa(
    'an RSA key with members that nobody knows',
    { x5t: 'x', x5c: ['MII'], ext: true, x: 1 },
    PASS,
  ),
  ofRsa('an RSA key for encryption', { use: 'enc' }),
  ofRsa('an RSA key whose use is in upper case', { use: 'SIG' }),
  ofRsa('an RSA key whose use is empty', { use: '' }),
  ofRsa('an RSA key whose use is a list', { use: ['sig'] }),
  ofRsa('an RSA key whose use is null', { use: null }),
  ofRsa('an RSA key that may sign alone', { key_ops: ['sign'] }),
  ofRsa('an RSA key that may encrypt', { key_ops: ['encrypt', 'wrapKey'] }),
  ofRsa('an RSA key that may do nothing', { key_ops: [] }),
  ofRsa('an RSA key whose key_ops is a text', { key_ops: 'verify' }),
  ofRsa('an RSA key whose key_ops is an object', { key_ops: { verify: true } }),
  ofRsa('an RSA key for OAEP', { alg: 'RSA-OAEP' }),
  ofRsa('an RSA key for ES256', { alg: 'ES256' }),
  ofRsa('an RSA key for HS256', { alg: 'HS256' }),
  ofRsa('an RSA key for none', { alg: 'none' }),
  ofRsa('an RSA key whose alg is empty', { alg: '' }),
  ofRsa('an RSA key whose alg is null', { alg: null }),
  ofRsa('an RSA key whose alg is a list', { alg: ['RS256'] }),
  ofRsa('an RSA key for PS256', { alg: 'PS256' }, algorithm),
  ofRsa('an RSA key for RS512', { alg: 'RS512' }, algorithm),
  ofRsa('an RSA key that calls itself EC', { kty: 'EC' }),
  ofRsa('an RSA key that calls itself oct', { kty: 'oct' }),
  ofRsa('an RSA key whose kty is in lower case', { kty: 'rsa' }),
  ofRsa('an RSA key without a kty', { kty: undefined }),
  ofRsa('an RSA key whose kty is a list', { kty: ['RSA'] }),
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
  { ...ofRsa('an RSA key whose exponent is 1', { e: 'AQ' }), signer: blockItself },
  ofPair('an RSA key whose exponent is 3', rsa(2048, 3)),
  ofPair('an RSA key of 1024 bits', rsa(1024)),
  ofPair('an RSA key of 2047 bits', rsa(2047)),
  { ...ofPair('an RSA key of 3072 bits', rsa(3072)), expected: PASS },
  { ...ofRsa('a private RSA key', {}), jwk: { ...RSA.privateKey.export({ format: 'jwk' }) } },
  ofRsa('an RSA key with one private member', { d: 'AQAB' }),
  ofRsa('an RSA key with a private member that is null', { p: null }),
  ofRsa('an RSA key with a secret beside it', { k: 'c2VjcmV0' }),
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
  {
    title: 'a key on P-256',
    jwk: { ...P256_JWK },
    alg: 'ES256',
    signer: ecdsa('sha256', P256.privateKey),
    expected: PASS,
  },
  {
    title: 'a key on P-256 for encryption',
    jwk: { ...P256_JWK, use: 'enc' },
    alg: 'ES256',
    signer: ecdsa('sha256', P256.privateKey),
    expected: unknown,
  },
  {
    title: 'a key on P-256 for ECDH-ES',
    jwk: { ...P256_JWK, alg: 'ECDH-ES' },
    alg: 'ES256',
    signer: ecdsa('sha256', P256.privateKey),
    expected: unknown,
  },
  {
    title: 'a key on P-256 for ES384',
    jwk: { ...P256_JWK, alg: 'ES384' },
    alg: 'ES384',
    signer: ecdsa('sha384', P256.privateKey),
    expected: unknown,
  },
  {
    title: 'a key on P-256 that says P-384',
    jwk: { ...P256_JWK, crv: 'P-384' },
    alg: 'ES384',
    signer: ecdsa('sha384', P256.privateKey),
    expected: unknown,
  },
  {
    title: 'a key on P-384 that says P-256',
    jwk: { ...P384.publicKey.export({ format: 'jwk' }), crv: 'P-256' },
    alg: 'ES256',
    signer: ecdsa('sha256', P384.privateKey),
    expected: unknown,
  },
  {
    title: 'a private key on P-256',
    jwk: { ...P256.privateKey.export({ format: 'jwk' }) },
    alg: 'ES256',
    signer: ecdsa('sha256', P256.privateKey),
    expected: unknown,
  },
  ...(
    [
      ['without y', { y: undefined }],
      ['whose x is zero', { x: 'AA' }],
      ['whose point is not on the curve', { x: P256_JWK.y, y: P256_JWK.x }],
      ['whose point is the origin', { x: 'A'.repeat(43), y: 'A'.repeat(43) }],
      ['whose curve is unknown', { crv: 'P-521x' }],
      ['whose curve is inherited', { crv: 'toString' }],
      ['whose curve is a list', { crv: ['P-256'] }],
      ['without a curve', { crv: undefined }],
    ] as const
  ).map(([title, members]): Published => ({
    title: `a key on P-256 ${title}`,
    jwk: { ...P256_JWK, ...members },
    alg: 'ES256',
    signer: ecdsa('sha256', P256.privateKey),
    expected: unknown,
  })),
  {
    title: 'a key on secp256k1',
    jwk: K256.publicKey.export({ format: 'jwk' }),
    alg: 'ES256',
    signer: ecdsa('sha256', K256.privateKey),
    expected: unknown,
  },
  {
    title: 'a key on secp256k1 that says P-256',
    jwk: { ...K256.publicKey.export({ format: 'jwk' }), crv: 'P-256' },
    alg: 'ES256',
    signer: ecdsa('sha256', K256.privateKey),
    expected: unknown,
  },
  {
    title: 'a key on Ed25519',
    jwk: ED25519_JWK,
    alg: 'EdDSA',
    signer: ed25519,
    expected: PASS,
  },
  {
    title: 'a key on Ed25519 for EdDSA',
    jwk: { ...ED25519_JWK, alg: 'EdDSA' },
    alg: 'Ed25519',
    signer: ed25519,
    expected: algorithm,
  },
  {
    title: 'a key on Ed25519 for encryption',
    jwk: { ...ED25519_JWK, use: 'enc' },
    alg: 'EdDSA',
    signer: ed25519,
    expected: unknown,
  },
  {
    title: 'a private key on Ed25519',
    jwk: ED25519.privateKey.export({ format: 'jwk' }),
    alg: 'EdDSA',
    signer: ed25519,
    expected: unknown,
  },
  {
    title: 'a key on Ed25519 that says X25519',
    jwk: { ...ED25519_JWK, crv: 'X25519' },
    alg: 'EdDSA',
    signer: ed25519,
    expected: unknown,
  },
  {
    title: 'a key on Ed25519 that says EC',
    jwk: { ...ED25519_JWK, kty: 'EC' },
    alg: 'EdDSA',
    signer: ed25519,
    expected: unknown,
  },
  {
    title: 'a key on Ed25519 that is too short',
    jwk: { ...ED25519_JWK, x: 'AAAA' },
    alg: 'EdDSA',
    signer: ed25519,
    expected: unknown,
  },
  {
    title: 'a key on Ed448',
    jwk: ED448.publicKey.export({ format: 'jwk' }),
    alg: 'EdDSA',
    signer: (input) => sign(null, input, ED448.privateKey),
    expected: unknown,
  },
  ...(
    [
      ['a number', 7],
      ['empty', ''],
      ['null', null],
      ['a list', ['a key whose kid is a list']],
      ['an object', { kid: 'x' }],
    ] as const
  ).map(([title, kid]): Published => ({
    ...ofRsa(`a key whose kid is ${title}`, {}),
    jwk: { ...RSA_JWK, kid },
  })),
];

const TWINS = [rsa(2048), rsa(2048)] as const;

/** Under one name: a key for encryption, one for another algorithm, and two that fit. */
const SAME_KID: JsonWebKey[] = [
  { ...RSA_JWK, kid: 'twins', use: 'enc' },
  { ...P256_JWK, kid: 'twins' },
  { ...TWINS[0].publicKey.export({ format: 'jwk' }), kid: 'twins', alg: 'RS256' },
  { ...TWINS[1].publicKey.export({ format: 'jwk' }), kid: 'twins', alg: 'PS256' },
];

/** Members of a key set that are no keys at all. */
const NO_KEYS: unknown[] = [
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

/** A key set with all of them, and the issuer's own keys at its end. */
export function mixedKeySet(own: readonly JsonWebKey[]): JsonWebKey[] {
  const members = PUBLISHED.map(({ title, jwk }) => ({ kid: title, ...jwk }));
  return [...NO_KEYS, ...members, ...SAME_KID, ...own] as JsonWebKey[];
}

/** A token signed with a published key. It says that it is old, so that its key cannot be one that was published since. */
function tokenOf(given: Given, kid: string, alg: string, signer: Signer): string {
  const head = headerText(given, [
    ['alg', JSON.stringify(alg)],
    ['kid', JSON.stringify(kid)],
  ]);
  const input = `${base64url(head)}.${base64url(payloadText(given, [['iat', '1']]))}`;
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`;
}

/** A key set of good and bad members: the bad are never used and do not spoil the good (RFC 7517 §5, RFC 7518 §3.3). */
export const KEYS: Case[] = [
  ...PUBLISHED.map(({ title, alg, signer, expected }): Case => [
    title,
    (given) => ({ token: tokenOf(given, title, alg, signer) }),
    expected,
  ]),
  [
    'a kid that several keys have, of which one fits the algorithm',
    (given) => ({ token: tokenOf(given, 'twins', 'RS256', rs256(TWINS[0].privateKey)) }),
    PASS,
  ],
  [
    'a kid that several keys have, of which one is on a curve',
    (given) => ({ token: tokenOf(given, 'twins', 'ES256', ecdsa('sha256', P256.privateKey)) }),
    PASS,
  ],
  [
    'the key for PS256 of several with one kid, for RS256',
    (given) => ({ token: tokenOf(given, 'twins', 'RS256', rs256(TWINS[1].privateKey)) }),
    forged,
  ],
  [
    'the key for encryption of several with one kid',
    (given) => ({ token: tokenOf(given, 'twins', 'RS256', rs256()) }),
    forged,
  ],
  [
    'a kid that several keys have, of which none fits the algorithm',
    (given) => ({
      token: tokenOf(given, 'twins', 'PS384', (input) =>
        sign('sha384', input, {
          key: TWINS[1].privateKey,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: 48,
        }),
      ),
    }),
    algorithm,
  ],
];
