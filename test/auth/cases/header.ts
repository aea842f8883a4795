import { type Given, PASS, REFUSED, type TokenCase } from './case.js';
import { headerText, membersText, payloadText, signed, withHeader } from './token.js';

const { malformed, critical, type, key, signature } = REFUSED;

const json = JSON.stringify;

const CRITICAL: TokenCase[] = [
  ...[
    '["exp"]',
    '["b64"]',
    '["unknown"]',
    '["alg"]',
    '["crit"]',
    '["__proto__"]',
    '[["b64"]]',
    '[]',
    '{}',
    '"exp"',
    '""',
    'null',
    '0',
    'true',
    'false',
  ].map((value): TokenCase => [`crit: ${value}`, withHeader(['crit', value]), critical]),
  ...['true', 'false', 'null', '0', '""', '"false"', '[]', '{}'].map((value): TokenCase => [
    `b64: ${value}`,
    withHeader(['b64', value]),
    critical,
  ]),
  ['an unencoded payload (RFC 7797)', withHeader(['b64', 'false'], ['crit', '["b64"]']), critical],
  ['unknown parameters', withHeader(['x', '1'], ['CRIT', '["exp"]'], ['cri', '1']), PASS],
];

const TYPES: TokenCase[] = [
  ...[
    'JWT',
    'jwt',
    'Jwt',
    'at+jwt',
    'AT+JWT',
    'At+Jwt',
    'application/at+jwt',
    'APPLICATION/AT+JWT',
  ].map((typ): TokenCase => [`typ: ${json(typ)}`, withHeader(['typ', json(typ)]), PASS]),
  [
    'no typ',
    (given) =>
      signed(
        given,
        membersText([
          ['alg', '"RS256"'],
          ['kid', json(given.issuer.key.kid)],
        ]),
        payloadText(given),
      ),
    PASS,
  ],
  ...[
    '',
    ' ',
    'ID',
    'id+jwt',
    'JWE',
    'JWS',
    'JOSE',
    'JOSE+JSON',
    'SAML',
    'none',
    'undefined',
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'token-introspection+jwt',
    'oauth-authz-req+jwt',
    'client-authentication+jwt',
    'application/jwt',
    'application/id+jwt',
    'text/at+jwt',
    'application/application/at+jwt',
    '/at+jwt',
    'JWT ',
    ' JWT',
    'JWT\0',
    'JWT\n',
    'JWT,at+jwt',
    'JWTJWT',
    'at+jwt;v=1',
    'application/at+jwt; charset=utf-8',
    'at jwt',
    'at%2Bjwt',
    'at-jwt',
    'at+jwt+x',
    'J\u0174T',
    'J\u200BWT',
    'at\uFF0Bjwt',
    'APPL\u0130CATION/AT+JWT',
    'x'.repeat(4000),
    '__proto__',
    'toString',
  ].map((typ): TokenCase => [
    `typ: ${json(typ).slice(0, 60)}`,
    withHeader(['typ', json(typ)]),
    type,
  ]),
  ...[
    'null',
    '0',
    '1',
    'true',
    'false',
    '[]',
    '["JWT"]',
    '[["at+jwt"]]',
    '{}',
    '{"toLowerCase":"JWT"}',
    '{"length":3}',
  ].map((typ): TokenCase => [`typ: ${typ}`, withHeader(['typ', typ]), type]),
];

/** An `iat` of long ago: the key of a new token may have been published since the last fetch. */
const old = (given: Given) => payloadText(given, [['iat', '1']]);

const KEY_IDS: TokenCase[] = [
  ...[
    'null',
    '0',
    '7',
    '-1',
    '1e999',
    'true',
    'false',
    '""',
    '[]',
    '["x"]',
    '{}',
    '{"toString":"x"}',
  ].map((kid): TokenCase => [`kid: ${kid}`, withHeader(['kid', kid]), malformed]),
  [
    'a kid that is an array with the right kid',
    (given) => withHeader(['kid', json([given.issuer.key.kid])])(given),
    malformed,
  ],
  ...[
    'unknown',
    ' ',
    '*',
    '%',
    '.*',
    'null',
    'undefined',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    '0',
    '../../../../etc/passwd',
    '/dev/null',
    'file:///dev/null',
    'C:\\key.pem',
    String.raw`\\host\share`,
    "' OR '1'='1",
    "x'; DROP TABLE messages; --",
    "' UNION SELECT 'key",
    '$(id)',
    '`id`',
    '|id',
    '; id',
    '${jndi:ldap://x.test/a}',
    '{{7*7}}',
    'http://127.0.0.1/',
    'x\r\nX-Injected: yes',
    'x\0',
    'späm',
    '鍵',
    '\u202Egnp',
    '\uD800',
    '"',
    '\\',
    '<script>',
    'x'.repeat(8000),
  ].map((kid): TokenCase => [
    `kid: ${json(kid).slice(0, 60)}`,
    (given) => signed(given, headerText(given, [['kid', json(kid)]]), old(given)),
    key,
  ]),
  ...(
    [
      ['in upper case', (kid: string) => kid.toUpperCase()],
      ['after a space', (kid: string) => ` ${kid}`],
      ['followed by a space', (kid: string) => `${kid} `],
      ['followed by NUL', (kid: string) => `${kid}\0`],
      ['without its last character', (kid: string) => kid.slice(0, -1)],
      ['repeated', (kid: string) => kid + kid],
    ] as const
  ).map(([title, spell]): TokenCase => [
    `the right kid ${title}`,
    (given) =>
      signed(given, headerText(given, [['kid', json(spell(given.issuer.key.kid))]]), old(given)),
    key,
  ]),
];

/** Header parameters that carry a key or point to one; here the attacker's. */
const BROUGHT: [title: string, (given: Given) => Record<string, unknown>][] = [
  ['jwk', ({ other }) => ({ jwk: other.key.jwk })],
  ['a private jwk', ({ other }) => ({ jwk: other.key.privateKey.export({ format: 'jwk' }) })],
  ['jku', ({ other }) => ({ jku: other.jwksUri })],
  ['x5u', ({ other }) => ({ x5u: other.jwksUri })],
  [
    'x5c',
    ({ other }) => ({
      x5c: [other.key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')],
    }),
  ],
  ['x5t', () => ({ x5t: 'AAAA', 'x5t#S256': 'AAAA' })],
  ['iss', ({ other }) => ({ iss: other.url })],
  [
    'jwk, jku, x5u and x5c',
    ({ other }) => ({ jwk: other.key.jwk, jku: other.jwksUri, x5u: other.jwksUri, x5c: ['MII'] }),
  ],
];

/** A token that names the configured issuer and is signed by the attacker. */
const forged =
  (header: (given: Given) => Record<string, unknown>) =>
  (given: Given): string => {
    const { issuer, other, now } = given;
    const claims = { iss: issuer.url, aud: issuer.audience, sub: 'admin', iat: 1, exp: now + 60 };
    return other.sign({ alg: 'RS256', typ: 'JWT', ...header(given) }, claims);
  };

const BROUGHT_KEYS: TokenCase[] = BROUGHT.flatMap(([title, members]): TokenCase[] => [
  [
    `a forged token with ${title} and the right kid`,
    forged((given) => ({ ...members(given), kid: given.issuer.key.kid })),
    signature,
  ],
  [
    `a forged token with ${title} and a kid of its own`,
    forged((given) => ({ ...members(given), kid: given.other.key.kid })),
    key,
  ],
  [`a forged token with ${title} and no kid`, forged(members), signature],
  [`a valid token with ${title}`, (given) => given.issuer.mint({}, members(given)), PASS],
]);

/** The header without its `alg` (RFC 7515 §4.1, RFC 8725 §3.1, §3.10, §3.11, RFC 9068 §2.1). */
export const HEADER: TokenCase[] = [...CRITICAL, ...TYPES, ...KEY_IDS, ...BROUGHT_KEYS];
