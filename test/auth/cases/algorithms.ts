import { createHmac, createSecretKey } from 'node:crypto';
import { signCompactJws } from '../../../src/auth/testing/index.js';
import { type Case, type Given, PASS, REFUSED } from './case.js';
import { headerText, payloadText, base64url, signed, withHeader, withToken } from './token.js';

const { malformed, algorithm, signature } = REFUSED;

const NAMES: Case[] = [
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
  ].map((alg): Case => [
    `the algorithm ${JSON.stringify(alg).slice(0, 60)}`,
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
  ].map((alg): Case => [`alg of ${alg}`, withHeader(['alg', alg]), malformed]),
  ['no alg', withToken((given) => signed(given, '{"typ":"JWT"}', payloadText(given))), malformed],
  ['RS256', withHeader(['alg', '"RS256"']), PASS],
];

/** What somebody may leave in place of a signature where none is asked for. */
const UNSIGNED: Case[] = ['none', 'None', 'NONE', 'nOnE'].flatMap((alg): Case[] => [
  [`${alg} with an empty signature`, withToken((given) => `${unsigned(given, alg)}.`), malformed],
  [`${alg} without a third part`, withToken((given) => unsigned(given, alg)), malformed],
  [
    `${alg} with some bytes for a signature`,
    withToken((given) => `${unsigned(given, alg)}.AAAA`),
    algorithm,
  ],
]);

function unsigned(given: Given, alg: string): string {
  return `${base64url(headerText(given, [['alg', JSON.stringify(alg)]]))}.${base64url(payloadText(given))}`;
}

/** All that an attacker can read of the public key, and what implementations have taken for a secret. */
const SECRETS: [title: string, (given: Given) => string | Buffer][] = [
  [
    'the public key in PEM',
    ({ issuer }) => issuer.key.publicKey.export({ format: 'pem', type: 'spki' }),
  ],
  [
    'the public key in PEM without its last line feed',
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
  ['the text of a key object', () => '[object KeyObject]'],
  ['nothing', () => ''],
];

/** A token with a MAC under the issuer's `kid`. */
const mac = (alg: string, made: string, secretOf: (given: Given) => string | Buffer) =>
  withToken((given) => {
    const input = `${base64url(headerText(given, [['alg', JSON.stringify(alg)]]))}.${base64url(payloadText(given))}`;
    const digest = createHmac(`sha${made.slice(2)}`, secretOf(given))
      .update(input)
      .digest('base64url');
    return `${input}.${digest}`;
  });

const CONFUSED: Case[] = [
  ...SECRETS.flatMap(([title, secretOf]): Case[] => [
    [`HS256 with ${title} for a secret`, mac('HS256', 'HS256', secretOf), algorithm],
    [`RS256 that is a MAC with ${title} for a secret`, mac('RS256', 'HS256', secretOf), signature],
  ]),
  ...['HS384', 'HS512'].map((alg): Case => [
    `${alg} with the public key for a secret`,
    mac(alg, alg, SECRETS[0]![1]),
    algorithm,
  ]),
  [
    'HS256 with a secret of its own',
    withToken((given) =>
      signCompactJws(
        headerText(given, [['alg', '"HS256"']]),
        payloadText(given),
        createSecretKey(Buffer.alloc(32)),
        'HS256',
      ),
    ),
    algorithm,
  ],
];

/** `alg` at a module that takes RS256 only, as it does by default (RFC 8725 §2.1, §3.1, §3.2). */
export const ALGORITHMS: Case[] = [...NAMES, ...UNSIGNED, ...CONFUSED];
