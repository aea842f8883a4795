import { createHmac, createSecretKey } from 'node:crypto';
import { signCompactJws } from '../../../src/auth/testing/index.js';
import { type Given, PASS, REFUSED, type TokenCase } from './case.js';
import { base64url, headerText, payloadText, signed, withHeader } from './token.js';

const { malformed, algorithm, signature } = REFUSED;

const NAMES: TokenCase[] = [
  ...[
    '',
    ' ',
    'none',
    'None',
    'NONE',
    'nOnE',
    'none ',
    'null',
    'undefined',
    'HS256',
    'HS384',
    'HS512',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'ES256K',
    'EdDSA',
    'Ed25519',
    'Ed448',
    'ML-DSA-44',
    'RS1',
    'RSA1_5',
    'RSA-OAEP',
    'A128KW',
    'dir',
    'ECDH-ES',
    'PBES2-HS256+A128KW',
    'rs256',
    'Rs256',
    'RS256 ',
    ' RS256',
    'RS256\0',
    'RS256\n',
    'RS256,none',
    'RS256 HS256',
    'RS-256',
    'SHA256withRSA',
    'RSA-SHA256',
    'sha256',
    'R\u0405256',
    '\uFF32\uFF33256',
    'RS\u0662\u0665\u0666',
    '__proto__',
    'constructor',
    'toString',
    'length',
    '0',
    'x'.repeat(4000),
  ].map((alg): TokenCase => [
    `alg: ${JSON.stringify(alg).slice(0, 60)}`,
    withHeader(['alg', JSON.stringify(alg)]),
    algorithm,
  ]),
  ...[
    'null',
    '0',
    '256',
    'true',
    '[]',
    '["RS256"]',
    '[["RS256"]]',
    '{}',
    '{"toString":"RS256"}',
    '{"0":"R","length":5}',
  ].map((alg): TokenCase => [`alg: ${alg}`, withHeader(['alg', alg]), malformed]),
  ['no alg', (given) => signed(given, '{"typ":"JWT"}', payloadText(given)), malformed],
  ['alg: "RS256"', withHeader(['alg', '"RS256"']), PASS],
];

/** Tokens without a signature (RFC 7515 appendix A.5, RFC 8725 §3.2). */
const UNSIGNED: TokenCase[] = ['none', 'None', 'NONE', 'nOnE'].flatMap((alg): TokenCase[] => [
  [`${alg} with an empty signature`, (given) => `${unsigned(given, alg)}.`, malformed],
  [`${alg} without a third part`, (given) => unsigned(given, alg), malformed],
  [`${alg} with a made-up signature`, (given) => `${unsigned(given, alg)}.AAAA`, algorithm],
]);

function unsigned(given: Given, alg: string): string {
  const header = headerText(given, [['alg', JSON.stringify(alg)]]);
  return `${base64url(header)}.${base64url(payloadText(given))}`;
}

/** Public values that an implementation may use as an HMAC secret by mistake. */
const SECRETS: [title: string, (given: Given) => string | Buffer][] = [
  [
    'the public key in PEM',
    ({ issuer }) => issuer.key.publicKey.export({ format: 'pem', type: 'spki' }),
  ],
  [
    'the public key in PEM without its final line feed',
    ({ issuer }) => issuer.key.publicKey.export({ format: 'pem', type: 'spki' }).toString().trim(),
  ],
  [
    'the public key in PKCS #1 PEM',
    ({ issuer }) => issuer.key.publicKey.export({ format: 'pem', type: 'pkcs1' }),
  ],
  [
    'the public key in DER',
    ({ issuer }) => issuer.key.publicKey.export({ format: 'der', type: 'spki' }),
  ],
  [
    'the public key in PKCS #1 DER',
    ({ issuer }) => issuer.key.publicKey.export({ format: 'der', type: 'pkcs1' }),
  ],
  ['the JWK', ({ issuer }) => JSON.stringify(issuer.key.jwk)],
  ['the modulus', ({ issuer }) => Buffer.from(issuer.key.jwk.n!, 'base64url')],
  ['the modulus in base64url', ({ issuer }) => issuer.key.jwk.n!],
  ['the kid', ({ issuer }) => issuer.key.kid],
  ['the string form of a key object', () => '[object KeyObject]'],
  ['an empty string', () => ''],
];

/** A token with the issuer's `kid` and an HMAC as its signature. */
const mac =
  (alg: string, made: string, secretOf: (given: Given) => string | Buffer) =>
  (given: Given): string => {
    const input = unsigned(given, alg);
    const hmac = createHmac(`sha${made.slice(2)}`, secretOf(given));
    return `${input}.${hmac.update(input).digest('base64url')}`;
  };

const CONFUSED: TokenCase[] = [
  ...SECRETS.flatMap(([title, secretOf]): TokenCase[] => [
    [`HS256 with ${title} as the secret`, mac('HS256', 'HS256', secretOf), algorithm],
    [`RS256 with an HMAC keyed by ${title}`, mac('RS256', 'HS256', secretOf), signature],
  ]),
  ...['HS384', 'HS512'].map((alg): TokenCase => [
    `${alg} with the public key as the secret`,
    mac(alg, alg, SECRETS[0]![1]),
    algorithm,
  ]),
  [
    'HS256 with any other secret',
    (given) =>
      signCompactJws(
        headerText(given, [['alg', '"HS256"']]),
        payloadText(given),
        createSecretKey(Buffer.alloc(32)),
        'HS256',
      ),
    algorithm,
  ],
];

/** `alg` where only RS256 is allowed, the default (RFC 8725 §2.1, §3.1, §3.2). */
export const ALGORITHMS: TokenCase[] = [...NAMES, ...UNSIGNED, ...CONFUSED];
