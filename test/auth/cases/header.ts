import { type Case, type Given, PASS, REFUSED, type Sent } from './case.js';
import { headerText, membersText, payloadText, signed, withHeader } from './token.js';

const { malformed, critical, type, key, signature } = REFUSED;

const json = JSON.stringify;

const CRITICAL: Case[] = [
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
  ].map((value): Case => [`crit of ${value}`, withHeader(['crit', value]), critical]),
  ...['true', 'false', 'null', '0', '""', '"false"', '[]', '{}'].map((value): Case => [
    `b64 of ${value}`,
    withHeader(['b64', value]),
    critical,
  ]),
  ['an unencoded payload (RFC 7797)', withHeader(['b64', 'false'], ['crit', '["b64"]']), critical],
  ['parameters that nobody knows', withHeader(['x', '1'], ['CRIT', '["exp"]'], ['cri', '1']), PASS],
];

const TYPES: Case[] = [
  ...[
    'JWT',
    'jwt',
    'Jwt',
    'at+jwt',
    'AT+JWT',
    'At+Jwt',
    'application/at+jwt',
    'APPLICATION/AT+JWT',
  ].map((typ): Case => [`typ ${json(typ)}`, withHeader(['typ', json(typ)]), PASS]),
  [
    'no typ',
    (given) => ({
      token: signed(
        given,
        membersText([
          ['alg', '"RS256"'],
          ['kid', json(given.issuer.key.kid)],
        ]),
        payloadText(given),
      ),
    }),
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
  ].map((typ): Case => [`typ ${json(typ).slice(0, 60)}`, withHeader(['typ', json(typ)]), type]),
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
  ].map((typ): Case => [`typ of ${typ}`, withHeader(['typ', typ]), type]),
];

/** An `iat` of long ago: a token of now might be of a rotation that has not been seen yet. */
const old = (given: Given) => payloadText(given, [['iat', '1']]);

const KEY_IDS: Case[] = [
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
  ].map((kid): Case => [`kid of ${kid}`, withHeader(['kid', kid]), malformed]),
  [
    'a kid that is a list with the right one',
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
  ].map((kid): Case => [
    `the kid ${json(kid).slice(0, 60)}`,
    (given) => ({ token: signed(given, headerText(given, [['kid', json(kid)]]), old(given)) }),
    key,
  ]),
  ...(
    [
      ['in upper case', (kid: string) => kid.toUpperCase()],
      ['with a space before it', (kid: string) => ` ${kid}`],
      ['with a space behind it', (kid: string) => `${kid} `],
      ['with NUL behind it', (kid: string) => `${kid}\0`],
      ['cut short', (kid: string) => kid.slice(0, -1)],
      ['twice', (kid: string) => kid + kid],
    ] as const
  ).map(([title, spell]): Case => [
    `the right kid ${title}`,
    (given) => ({
      token: signed(
        given,
        headerText(given, [['kid', json(spell(given.issuer.key.kid))]]),
        old(given),
      ),
    }),
    key,
  ]),
];

/** What a token may carry of a key: the attacker's own, by value or by address. */
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
  ['iss in the header', ({ other }) => ({ iss: other.url })],
  [
    'all of them',
    ({ other }) => ({ jwk: other.key.jwk, jku: other.jwksUri, x5u: other.jwksUri, x5c: ['MII'] }),
  ],
];

/** A token of the attacker's, for the configured issuer. */
const forged =
  (header: (given: Given) => Record<string, unknown>) =>
  (given: Given): Sent => {
    const { issuer, other, now } = given;
    const claims = { iss: issuer.url, aud: issuer.audience, sub: 'admin', iat: 1, exp: now + 60 };
    return { token: other.sign({ alg: 'RS256', typ: 'JWT', ...header(given) }, claims) };
  };

const BROUGHT_KEYS: Case[] = BROUGHT.flatMap(([title, members]): Case[] => [
  [
    `a key in ${title}, under the right kid`,
    forged((given) => ({ ...members(given), kid: given.issuer.key.kid })),
    signature,
  ],
  [
    `a key in ${title}, under its own kid`,
    forged((given) => ({ ...members(given), kid: given.other.key.kid })),
    key,
  ],
  [`a key in ${title}, without a kid`, forged(members), signature],
  [
    `a good token beside a key in ${title}`,
    (given) => ({ token: given.issuer.mint({}, members(given)) }),
    PASS,
  ],
]);

/** The JOSE header apart from its `alg` (RFC 7515 §4.1, RFC 8725 §3.1, §3.10, §3.11, RFC 9068 §2.1). */
export const HEADER: Case[] = [...CRITICAL, ...TYPES, ...KEY_IDS, ...BROUGHT_KEYS];
