import { type Case, type Expected, type Given, PASS, REFUSED } from './case.js';
import {
  payloadText,
  signed,
  headerText,
  withClaims,
  withHeader,
  withPayload,
  withToken,
} from './token.js';

const { malformed, issuer, audience, expired, inactive, claim, idToken, bound } = REFUSED;

const json = JSON.stringify;

/** Cases of one claim; each value is JSON text. */
function claims(name: string, expected: Expected, values: readonly string[]): Case[] {
  return values.map((value) => [
    `${name} of ${value.slice(0, 60)}`,
    withPayload([name, value]),
    expected,
  ]);
}

/** The claims of a good token without one of them. */
const without = (name: string) => withClaims(() => ({ [name]: undefined }));

/** Values that are no text. */
const NO_TEXT = ['null', '0', '7', 'true', 'false', '[]', '{}', '["x"]', '{"toString":"x"}'];

/** Ways to write an issuer that somebody may take for the same. */
const ISSUERS: [title: string, (url: string) => string][] = [
  ['without its slash', (url) => url.slice(0, -1)],
  ['with two slashes', (url) => `${url}/`],
  ['with a dot segment', (url) => `${url}.`],
  ['with a dot segment and a slash', (url) => `${url}./`],
  ['with a path', (url) => `${url}x`],
  ['with an empty query', (url) => `${url}?`],
  ['with an empty fragment', (url) => `${url}#`],
  ['in upper case', (url) => url.toUpperCase()],
  ['with its scheme in upper case', (url) => url.replace('http', 'HTTP')],
  ['with https', (url) => url.replace('http', 'https')],
  ['without a scheme', (url) => url.replace('http:', '')],
  ['with a space before it', (url) => ` ${url}`],
  ['with a space behind it', (url) => `${url} `],
  ['with a tab behind it', (url) => `${url}\t`],
  ['with a line feed behind it', (url) => `${url}\n`],
  ['with NUL behind it', (url) => `${url}\0`],
  ['with NUL and a text behind it', (url) => `${url}\0.example.com`],
  ['with a user', (url) => url.replace('//', '//user@')],
  ['with an empty user', (url) => url.replace('//', '//@')],
  ['as the user of another host', (url) => `${url.slice(0, -1)}@example.com/`],
  ['as a part of another host', (url) => `${url.slice(0, -1)}.example.com/`],
  ['in the path of another host', (url) => `https://example.com/${url}`],
  ['in the query of another host', (url) => `https://example.com/?${url}`],
  ['with a backslash', (url) => `${url.slice(0, -1)}\\`],
  ['with a percent-encoded slash', (url) => `${url.slice(0, -1)}%2F`],
  ['with a percent-encoded dot', (url) => url.replace('.', '%2E')],
  ['with a port that begins with zero', (url) => url.replace(/:(\d+)\/$/, ':0$1/')],
  ['without its port', (url) => url.replace(/:\d+\/$/, '/')],
  ['with another port', (url) => url.replace(/:\d+\/$/, ':1/')],
  ['by another name of the host', (url) => url.replace('127.0.0.1', 'localhost')],
  ['by another form of the address', (url) => url.replace('127.0.0.1', '127.1')],
  ['by the number of the address', (url) => url.replace('127.0.0.1', '2130706433')],
  ['by the address in IPv6', (url) => url.replace('127.0.0.1', '[::ffff:127.0.0.1]')],
  ['with ideographic full stops', (url) => url.replaceAll('.', '\u3002')],
  ['with wide digits', (url) => url.replace('127', '\uFF11\uFF12\uFF17')],
  ['with a wide slash', (url) => `${url.slice(0, -1)}\uFF0F`],
  ['with a Cyrillic letter', (url) => url.replace('p', '\u0440')],
  ['with a zero-width space', (url) => `${url}\u200B`],
  ['with a byte-order mark', (url) => `\uFEFF${url}`],
  ['with a soft hyphen', (url) => url.replace('127', '12\u00AD7')],
  ['in quotes', (url) => json(url)],
  ['twice, with a space between', (url) => `${url} ${url}`],
];

const ISS: Case[] = [
  ['no iss', without('iss'), issuer],
  [
    'an iss that is another configured nowhere',
    withClaims(({ other }) => ({ iss: other.url })),
    issuer,
  ],
  ...claims('iss', issuer, [
    ...NO_TEXT,
    '""',
    '" "',
    '"null"',
    '"undefined"',
    '"*"',
    '"/"',
    '"https://"',
    '"__proto__"',
  ]),
  ...ISSUERS.map(([title, spell]): Case => [
    `the issuer ${title}`,
    withClaims(({ issuer: { url } }) => ({ iss: spell(url) })),
    issuer,
  ]),
  ['the issuer in a list', withClaims(({ issuer: { url } }) => ({ iss: [url] })), issuer],
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
  ['cut short', (aud) => aud.slice(0, -1)],
  ['with a letter more', (aud) => `${aud}x`],
  ['with a path', (aud) => `${aud}/api`],
  ['with a space before it', (aud) => ` ${aud}`],
  ['with a space behind it', (aud) => `${aud} `],
  ['with NUL behind it', (aud) => `${aud}\0`],
  ['with another behind a space', (aud) => `${aud} https://other.test`],
  ['with another behind a comma', (aud) => `${aud},https://other.test`],
  ['percent-encoded', encodeURIComponent],
  ['with a Cyrillic letter', (aud) => aud.replace('a', '\u0430')],
  ['as JSON', (aud) => json([aud])],
];

const AUD: Case[] = [
  ['no aud', without('aud'), audience],
  ...claims('aud', audience, [
    ...NO_TEXT,
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
  ...AUDIENCES.map(([title, spell]): Case => [
    `the audience ${title}`,
    withClaims(({ issuer: { audience: aud } }) => ({ aud: spell(aud) })),
    audience,
  ]),
  ...AUDIENCES.map(([title, spell]): Case => [
    `a list with the audience ${title}`,
    withClaims(({ issuer: { audience: aud } }) => ({ aud: ['x', spell(aud)] })),
    audience,
  ]),
  [
    'the audience in a list in a list',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: [[aud]] })),
    audience,
  ],
  [
    'the audience as the name of a member',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: { [aud]: true } })),
    audience,
  ],
  [
    'the audience in an object like a list',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: { 0: aud, length: 1 } })),
    audience,
  ],
  [
    'the audience in an object that includes it',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: { value: aud } })),
    audience,
  ],
  ['the issuer for an audience', withClaims(({ issuer: { url } }) => ({ aud: url })), audience],
  [
    'the audience alone in a list',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: [aud] })),
    PASS,
  ],
  [
    'the audience as one of many',
    withClaims(({ issuer: { audience: aud } }) => ({
      aud: [...Array<string>(100).fill('x'), aud],
    })),
    PASS,
  ],
  [
    'the audience in a list beside what is no text',
    withClaims(({ issuer: { audience: aud } }) => ({ aud: [null, 7, {}, [aud], aud] })),
    PASS,
  ],
];

/** Values that are no finite number; 1e999 is beyond all numbers. */
const NO_NUMBER = [
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

const EXP: Case[] = [
  ['no exp', without('exp'), claim],
  ...claims('exp', claim, NO_NUMBER),
  ...claims('exp', expired, ['0', '-0', '0.5', '1', '-1', '-1e308', '5e-324', '1e9']),
  ...claims('exp', PASS, [
    '1e12',
    '1e308',
    '9007199254740993',
    '99999999999.5',
    '1E+11',
    '1767225600000',
  ]),
  ['an exp as long ago as the clock tolerance', at('exp', -5), expired],
  ['an exp longer ago than the clock tolerance', at('exp', -6), expired],
  ['an exp of a fraction less than the clock tolerance ago', at('exp', -4.999), PASS],
  ['an exp within the clock tolerance', at('exp', -4), PASS],
  ['an exp of now', at('exp', 0), PASS],
  ['an exp in the next second', at('exp', 1), PASS],
  ['an exp that is not JSON', withPayload(['exp', 'NaN']), malformed],
];

const NBF: Case[] = [
  ['no nbf', without('nbf'), PASS],
  ...claims('nbf', claim, NO_NUMBER),
  ...claims('nbf', inactive, ['1e12', '1e308', '99999999999.5', '1767225600000']),
  ...claims('nbf', PASS, ['0', '-0', '-1', '-1e308', '5e-324', '1.5']),
  ['an nbf as far ahead as the clock tolerance', at('nbf', 5), PASS],
  ['an nbf of a fraction more than the clock tolerance ahead', at('nbf', 5.001), inactive],
  ['an nbf further ahead than the clock tolerance', at('nbf', 6), inactive],
  ['an nbf of now', at('nbf', 0), PASS],
  ['an nbf behind exp', withClaims(({ now }) => ({ nbf: now + 100, exp: now + 50 })), inactive],
];

const SUB: Case[] = [
  ['no sub', without('sub'), PASS],
  ...claims('sub', claim, [...NO_TEXT, '""']),
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

/** Any JSON at all. */
const ANYTHING = [
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

const UNCHECKED: Case[] = [
  ...['iat', 'jti', 'client_id', 'azp', 'scope', 'permissions'].flatMap((name) =>
    claims(name, PASS, ANYTHING),
  ),
  ['an iat ahead of us', at('iat', 1e6), PASS],
  ['no iat', without('iat'), PASS],
];

const ID_TOKENS: Case[] = ['nonce', 'at_hash', 'c_hash', 's_hash'].flatMap((name): Case[] => [
  ...claims(name, idToken, ['"x"', '""', 'null', 'false', '0', '[]', '{}']),
  [
    `${name} in a token of the type application/at+jwt`,
    withBoth(['typ', '"application/at+jwt"'], [name, '"x"']),
    PASS,
  ],
  [`${name} in a token of the type AT+JWT`, withBoth(['typ', '"AT+JWT"'], [name, '"x"']), PASS],
  [`${name} in a token of the type JWT`, withBoth(['typ', '"jwt"'], [name, '"x"']), idToken],
  [`${name} under a longer name`, withPayload([`${name}_x`, '"x"']), PASS],
  [`${name} in upper case`, withPayload([name.toUpperCase(), '"x"']), PASS],
]);

/** As an issuer makes them: for the client. They are told what they are before it is said whom they are for. */
const WHOLE_ID_TOKENS: Case[] = [
  [
    'an ID token for a client',
    withClaims(() => ({ aud: 'client', azp: 'client', nonce: 'n-0S6_WzA2Mj', at_hash: 'x' })),
    idToken,
  ],
  ['an ID token of a hybrid flow', withClaims(() => ({ aud: ['client'], c_hash: 'x' })), idToken],
];

const BOUND: Case[] = [
  ...claims('cnf', bound, [
    '{"jkt":"x"}',
    '{"x5t#S256":"x"}',
    '{"jwk":{}}',
    '{"kid":"x"}',
    '{}',
    '[]',
    'null',
    'false',
    '0',
    '""',
    '"x"',
  ]),
  [
    'cnf in a token of the type at+jwt',
    withBoth(['typ', '"at+jwt"'], ['cnf', '{"jkt":"x"}']),
    bound,
  ],
  ['cnf in upper case, which is another claim', withPayload(['CNF', '{}']), PASS],
  ['cnf within another claim', withPayload(['act', '{"cnf":{}}']), PASS],
];

function withBoth(header: [string, string], payload: [string, string]) {
  return withToken((given: Given) =>
    signed(given, headerText(given, [header]), payloadText(given, [payload])),
  );
}

const EMPTY: Case[] = [
  ['no claims at all', withToken((given) => signed(given, headerText(given), '{}')), issuer],
  ['claims in the header', withHeader(['exp', '1'], ['iss', '"x"'], ['aud', '"x"']), PASS],
];

/** The claims (RFC 7519 §4.1, RFC 9068 §4, RFC 8725 §3.8, §3.9, RFC 7800 §3). */
export const CLAIMS: Case[] = [
  ...ISS,
  ...AUD,
  ...EXP,
  ...NBF,
  ...SUB,
  ...UNCHECKED,
  ...ID_TOKENS,
  ...WHOLE_ID_TOKENS,
  ...BOUND,
  ...EMPTY,
];
