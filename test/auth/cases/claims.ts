import { type Expected, PASS, REFUSED, type TokenCase } from './case.js';
import { headerText, signed, withClaims, withHeader, withPayload } from './token.js';

const { malformed, issuer, audience, expired, inactive, claim } = REFUSED;

const json = JSON.stringify;

/** Cases of one claim; each value is JSON text. */
export function claims(name: string, expected: Expected, values: readonly string[]): TokenCase[] {
  return values.map((value) => [
    `${name}: ${value.slice(0, 60)}`,
    withPayload([name, value]),
    expected,
  ]);
}

/** A valid token without one of its claims. */
const without = (name: string) => withClaims(() => ({ [name]: undefined }));

/** Values that are not strings. */
const NOT_A_STRING = ['null', '0', '7', 'true', 'false', '[]', '{}', '["x"]', '{"toString":"x"}'];

/** Ways to write an issuer that a lenient comparison accepts. */
const ISSUERS: [title: string, (url: string) => string][] = [
  ['without its final slash', (url) => url.slice(0, -1)],
  ['with two final slashes', (url) => `${url}/`],
  ['with a dot segment', (url) => `${url}.`],
  ['with a dot segment and a slash', (url) => `${url}./`],
  ['with a path', (url) => `${url}x`],
  ['with an empty query', (url) => `${url}?`],
  ['with an empty fragment', (url) => `${url}#`],
  ['in upper case', (url) => url.toUpperCase()],
  ['with its scheme in upper case', (url) => url.replace('http', 'HTTP')],
  ['with https', (url) => url.replace('http', 'https')],
  ['without a scheme', (url) => url.replace('http:', '')],
  ['after a space', (url) => ` ${url}`],
  ['followed by a space', (url) => `${url} `],
  ['followed by a tab', (url) => `${url}\t`],
  ['followed by a line feed', (url) => `${url}\n`],
  ['followed by NUL', (url) => `${url}\0`],
  ['followed by NUL and a host name', (url) => `${url}\0.example.com`],
  ['with a user name', (url) => url.replace('//', '//user@')],
  ['with an empty user name', (url) => url.replace('//', '//@')],
  ['as the user name of another host', (url) => `${url.slice(0, -1)}@example.com/`],
  ['as a prefix of another host', (url) => `${url.slice(0, -1)}.example.com/`],
  ['in the path of another host', (url) => `https://example.com/${url}`],
  ['in the query of another host', (url) => `https://example.com/?${url}`],
  ['with a backslash', (url) => `${url.slice(0, -1)}\\`],
  ['with a percent-encoded slash', (url) => `${url.slice(0, -1)}%2F`],
  ['with a percent-encoded dot', (url) => url.replace('.', '%2E')],
  ['with a leading zero in its port', (url) => url.replace(/:(\d+)\/$/, ':0$1/')],
  ['without its port', (url) => url.replace(/:\d+\/$/, '/')],
  ['with another port', (url) => url.replace(/:\d+\/$/, ':1/')],
  ['with another name of its host', (url) => url.replace('127.0.0.1', 'localhost')],
  ['with a short form of its address', (url) => url.replace('127.0.0.1', '127.1')],
  ['with its address as one number', (url) => url.replace('127.0.0.1', '2130706433')],
  ['with its address mapped to IPv6', (url) => url.replace('127.0.0.1', '[::ffff:127.0.0.1]')],
  ['with ideographic full stops', (url) => url.replaceAll('.', '\u3002')],
  ['with fullwidth digits', (url) => url.replace('127', '\uFF11\uFF12\uFF17')],
  ['with a fullwidth slash', (url) => `${url.slice(0, -1)}\uFF0F`],
  ['with a Cyrillic letter', (url) => url.replace('p', '\u0440')],
  ['with a zero-width space', (url) => `${url}\u200B`],
  ['with a byte-order mark', (url) => `\uFEFF${url}`],
  ['with a soft hyphen', (url) => url.replace('127', '12\u00AD7')],
  ['in quotes', (url) => json(url)],
  ['repeated after a space', (url) => `${url} ${url}`],
];

const ISS: TokenCase[] = [
  ['a token without iss', without('iss'), issuer],
  ['another issuer', withClaims(({ other }) => ({ iss: other.url })), issuer],
  ...claims('iss', issuer, [
    ...NOT_A_STRING,
    '""',
    '" "',
    '"null"',
    '"undefined"',
    '"*"',
    '"/"',
    '"https://"',
    '"__proto__"',
  ]),
  ...ISSUERS.map(([title, spell]): TokenCase => [
    `the issuer ${title}`,
    withClaims(({ issuer: { url } }) => ({ iss: spell(url) })),
    issuer,
  ]),
  ['the issuer in an array', withClaims(({ issuer: { url } }) => ({ iss: [url] })), issuer],
  [
    'the issuer in an object',
    withClaims(({ issuer: { url } }) => ({ iss: { [url]: url } })),
    issuer,
  ],
];

const AUDIENCES: [title: string, (audience: string) => string][] = [
  ['with a slash', (aud) => `${aud}/`],
  ['in upper case', (aud) => aud.toUpperCase()],
  ['with http', (aud) => aud.replace('https', 'http')],
  ['without its last character', (aud) => aud.slice(0, -1)],
  ['with one more letter', (aud) => `${aud}x`],
  ['with a path', (aud) => `${aud}/api`],
  ['after a space', (aud) => ` ${aud}`],
  ['followed by a space', (aud) => `${aud} `],
  ['followed by NUL', (aud) => `${aud}\0`],
  ['followed by a space and another audience', (aud) => `${aud} https://other.test`],
  ['followed by a comma and another audience', (aud) => `${aud},https://other.test`],
  ['percent-encoded', encodeURIComponent],
  ['with a Cyrillic letter', (aud) => aud.replace('a', '\u0430')],
  ['as JSON text', (aud) => json([aud])],
];

const AUD: TokenCase[] = [
  ['a token without aud', without('aud'), audience],
  ...claims('aud', audience, [
    ...NOT_A_STRING,
    '""',
    '" "',
    '"*"',
    '".*"',
    '"https://other.test"',
    '[""]',
    '[null]',
    '[[]]',
    '[{}]',
    '["*"]',
    '[1,true,null]',
    '{"0":"x","length":1}',
  ]),
  ...AUDIENCES.map(([title, spell]): TokenCase => [
    `the audience ${title}`,
    withClaims(({ issuer: { audience: aud } }) => ({ aud: spell(aud) })),
    audience,
  ]),
  ...AUDIENCES.map(([title, spell]): TokenCase => [
    `an array with the audience ${title}`,
    withClaims(({ issuer: { audience: aud } }) => ({ aud: ['x', spell(aud)] })),
    audience,
  ]),
  [
    'the audience in a nested array',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: [[aud]] })),
    audience,
  ],
  [
    'the audience as the name of a member',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: { [aud]: true } })),
    audience,
  ],
  [
    'the audience in an array-like object',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: { 0: aud, length: 1 } })),
    audience,
  ],
  [
    'the audience as the value of a member',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: { value: aud } })),
    audience,
  ],
  ['the issuer as the audience', withClaims(({ issuer: { url } }) => ({ aud: url })), audience],
  [
    'the audience in an array',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: [aud] })),
    PASS,
  ],
  [
    'the audience after a hundred others',
    withClaims(({ issuer: { audience: aud } }) => ({
      aud: [...Array<string>(100).fill('x'), aud],
    })),
    PASS,
  ],
  [
    'the audience in an array with values that are not strings',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: [null, 7, {}, [aud], aud] })),
    PASS,
  ],
];

/** Values that are not finite numbers; 1e999 overflows to Infinity. */
const NOT_FINITE = [
  'null',
  'true',
  'false',
  '""',
  '"1e12"',
  '"99999999999"',
  '"2099-01-01T00:00:00Z"',
  '"Infinity"',
  '[]',
  '[99999999999]',
  '{}',
  '{"valueOf":99999999999}',
  '1e999',
  '-1e999',
];

const at = (name: string, seconds: number) => withClaims(({ now }) => ({ [name]: now + seconds }));

const EXP: TokenCase[] = [
  ['a token without exp', without('exp'), claim],
  ...claims('exp', claim, NOT_FINITE),
  ...claims('exp', expired, ['0', '-0', '0.5', '1', '-1', '-1e308', '5e-324', '1e9']),
  ...claims('exp', PASS, [
    '1e12',
    '1e308',
    '9007199254740993',
    '99999999999.5',
    '1E+11',
    '1767225600000',
  ]),
  ['an exp 5 seconds ago, the clock tolerance', at('exp', -5), expired],
  ['an exp 6 seconds ago', at('exp', -6), expired],
  ['an exp 4.999 seconds ago', at('exp', -4.999), PASS],
  ['an exp 4 seconds ago', at('exp', -4), PASS],
  ['an exp now', at('exp', 0), PASS],
  ['an exp in one second', at('exp', 1), PASS],
  ['exp: NaN', withPayload(['exp', 'NaN']), malformed],
];

const NBF: TokenCase[] = [
  ['a token without nbf', without('nbf'), PASS],
  ...claims('nbf', claim, NOT_FINITE),
  ...claims('nbf', inactive, ['1e12', '1e308', '99999999999.5', '1767225600000']),
  ...claims('nbf', PASS, ['0', '-0', '-1', '-1e308', '5e-324', '1.5']),
  ['an nbf in 5 seconds, the clock tolerance', at('nbf', 5), PASS],
  ['an nbf in 5.001 seconds', at('nbf', 5.001), inactive],
  ['an nbf in 6 seconds', at('nbf', 6), inactive],
  ['an nbf now', at('nbf', 0), PASS],
  ['an nbf after exp', withClaims(({ now }) => ({ nbf: now + 100, exp: now + 50 })), inactive],
];

const SUB: TokenCase[] = [
  ['a token without sub', without('sub'), PASS],
  ...claims('sub', claim, [...NOT_A_STRING, '""']),
  ...claims('sub', PASS, [
    '" "',
    '"auth0|123"',
    '"client@clients"',
    '"鈴木"',
    String.raw`"a\r\nb\u0000"`,
    '"__proto__"',
    json('x'.repeat(5000)),
    String.raw`"\"><script>"`,
  ]),
];

const ANY_VALUE = [
  'null',
  'true',
  '0',
  '-1',
  '1e999',
  '""',
  '"x"',
  '[]',
  '[1]',
  '{}',
  '{"a":{"b":[]}}',
];

const UNCHECKED: TokenCase[] = [
  ...['iat', 'jti', 'client_id', 'azp', 'scope', 'permissions'].flatMap((name) =>
    claims(name, PASS, ANY_VALUE),
  ),
  ['an iat in the future', at('iat', 1e6), PASS],
  ['a token without iat', without('iat'), PASS],
];

const EMPTY: TokenCase[] = [
  ['a token without claims', (given) => signed(given, headerText(given), '{}'), issuer],
  ['claims repeated in the header', withHeader(['exp', '1'], ['iss', '"x"'], ['aud', '"x"']), PASS],
];

/** The registered claims (RFC 7519 §4.1, RFC 8725 §3.8, §3.9, RFC 9068 §4). */
export const CLAIMS: TokenCase[] = [...ISS, ...AUD, ...EXP, ...NBF, ...SUB, ...UNCHECKED, ...EMPTY];
