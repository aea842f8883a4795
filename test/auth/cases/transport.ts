import {
  BROKEN_HTTP,
  type Case,
  type Expected,
  type Given,
  PASS,
  REFUSED,
  type Sent,
} from './case.js';

const { missing, repeated, malformed } = REFUSED;

const token = ({ issuer }: Given) => issuer.mint();

/** A value of `Authorization`; `TOKEN` in it becomes a good token. */
const authorization = (value: string) => (given: Given) => ({
  headers: ['Authorization', value.replaceAll('TOKEN', token(given))],
});

/** Values of `Authorization` and what becomes of them. */
function values(expected: Expected, list: readonly (readonly [title: string, value: string])[]) {
  return list.map(([title, value]): Case => [title, authorization(value), expected]);
}

const NO_CREDENTIALS = values(missing, [
  ['an empty header', ''],
  ['Basic', 'Basic YTpi'],
  ['Basic with a token', 'Basic TOKEN'],
  ['Digest', 'Digest username="x", uri="/"'],
  ['DPoP, for a proof is not checked', 'DPoP TOKEN'],
  ['Negotiate', 'Negotiate TOKEN'],
  ['Token', 'Token TOKEN'],
  ['JWT', 'JWT TOKEN'],
  ['a token without a scheme', 'TOKEN'],
  ['a scheme that begins like Bearer', 'BearerToken TOKEN'],
  ['a scheme that begins like Bearer and a hyphen', 'Bearer-Token TOKEN'],
  ['a scheme that ends like Bearer', 'XBearer TOKEN'],
  ['a scheme with a space in it', 'Bear er TOKEN'],
  ['a quoted scheme', '"Bearer" TOKEN'],
  ['a scheme with an accent', 'B\u00E9arer TOKEN'],
  ['a scheme in wide letters', Buffer.from('\uFF22earer TOKEN').toString('latin1')],
  ['a scheme behind a comma', ', Bearer TOKEN'],
]);

const NOT_ONE_TOKEN = values(missing, [
  ['Bearer and nothing', 'Bearer'],
  ['bearer and nothing', 'bearer'],
  ['Bearer and a tab for a space', 'Bearer\tTOKEN'],
  ['a tab behind the space', 'Bearer \tTOKEN'],
  ['a tab behind the token', 'Bearer TOKEN\tx'],
  ['a no-break space for a space', 'Bearer\u00A0TOKEN'],
  ['a no-break space behind the space', 'Bearer \u00A0TOKEN'],
  ['a colon for the space', 'Bearer:TOKEN'],
  ['an equals sign for the space', 'Bearer=TOKEN'],
  ['a comma for the space', 'Bearer,TOKEN'],
  ['the scheme twice', 'Bearer Bearer TOKEN'],
  ['two tokens', 'Bearer TOKEN TOKEN'],
  ['a token and a word', 'Bearer TOKEN admin'],
  ['a token and a comma', 'Bearer TOKEN,'],
  ['a list of tokens', 'Bearer TOKEN, TOKEN'],
  ['a list of credentials', 'Bearer TOKEN, Bearer TOKEN'],
  ['a list of schemes', 'Bearer TOKEN, Basic YTpi'],
  ['a token and a semicolon', 'Bearer TOKEN;'],
  ['a token in quotes', 'Bearer "TOKEN"'],
  ['a token in single quotes', "Bearer 'TOKEN'"],
  ['a token in angle brackets', 'Bearer <TOKEN>'],
  ['a token as a parameter', 'Bearer token=TOKEN'],
  ['a token as a quoted parameter', 'Bearer access_token="TOKEN"'],
  ['the parameters of a challenge', 'Bearer realm="x"'],
  ['equals signs alone', 'Bearer ===='],
  ['an equals sign within', 'Bearer a=b'],
  ['JSON', 'Bearer {"alg":"none"}'],
  ['the text of an object', 'Bearer [object Object]'],
  ['a percent-encoded dot', 'Bearer a%2Eb%2Ec'],
  ['a colon in a token', 'Bearer a:b'],
  ['a backslash in a token', String.raw`Bearer a\b`],
  ['a byte beyond ASCII in a token', 'Bearer TOKEN\u00FF'],
  ['thousands of spaces and an exclamation mark', `Bearer ${' '.repeat(8000)}!`],
  ['thousands of spaces within', `Bearer a${' '.repeat(8000)}b`],
  ['thousands of schemes', 'Bearer '.repeat(1500)],
  ['thousands of equals signs and a letter', `Bearer a${'='.repeat(8000)}b`],
]);

const NO_TOKEN = values(malformed, [
  ['the word undefined', 'Bearer undefined'],
  ['the word null', 'Bearer null'],
  ['a dot', 'Bearer .'],
  ['two dots', 'Bearer ..'],
  ['every character that is allowed', 'Bearer -._~+/09azAZ=='],
  ['an opaque token', 'Bearer 7f3a9c'],
]);

const GOOD = values(PASS, [
  ['the scheme in lower case (RFC 9110 §11.1)', 'bearer TOKEN'],
  ['the scheme in upper case', 'BEARER TOKEN'],
  ['the scheme in mixed case', 'bEaReR TOKEN'],
  ['several spaces', 'Bearer    TOKEN'],
  ['thousands of spaces', `Bearer ${' '.repeat(8000)}TOKEN`],
]);

/** A good token in a header that is not `Authorization`. */
const elsewhere = [
  'X-Authorization',
  'Proxy-Authorization',
  'X-Forwarded-Authorization',
  'X-Access-Token',
  'Authentication',
  'WWW-Authenticate',
  'Authorization_',
].map((name): Case => [
  `a token in ${name}`,
  (given) => ({ headers: [name, `Bearer ${token(given)}`] }),
  missing,
]);

const FORM = 'application/x-www-form-urlencoded';

const form = (type: string, body: (given: Given) => string, withHeader = true) => {
  return (given: Given): Sent => ({
    method: 'POST',
    path: '/routes/echo',
    headers: ['Content-Type', type],
    token: withHeader ? token(given) : undefined,
    body: body(given),
  });
};

const query = (text: string) => (given: Given) => ({
  path: `/routes/closed?${text}`,
  token: token(given),
});

const PLACES: Case[] = [
  ['no header', () => ({}), missing],
  [
    'a token in a cookie',
    (given) => ({ headers: ['Cookie', `access_token=${token(given)}; token=${token(given)}`] }),
    missing,
  ],
  ...elsewhere,
  [
    'a token in the query alone',
    (given) => ({ path: `/routes/closed?access_token=${token(given)}` }),
    missing,
  ],
  [
    'a token in the query beside another scheme',
    (given) => ({
      path: `/routes/closed?access_token=${token(given)}`,
      headers: ['Authorization', 'Basic YTpi'],
    }),
    missing,
  ],
  [
    'a token in a form alone',
    form(FORM, (given) => `access_token=${token(given)}`, false),
    missing,
  ],
  ['a token in the header and in the query', query('access_token=x'), repeated],
  ['a token in the header and an empty one in the query', query('access_token='), repeated],
  [
    'Bearer and no token, and a token in the query',
    (given) => ({ ...query('access_token=x')(given), token: 'a b' }),
    missing,
  ],
  [
    'a token in the header and a name without a value in the query',
    query('access_token'),
    repeated,
  ],
  ['a token in the header and two in the query', query('access_token=x&access_token=y'), repeated],
  ['a token in the header and one behind an encoded name', query('access%5Ftoken=x'), repeated],
  ['a token in the header and one at the end of a query', query('a=b&access_token=x'), repeated],
  ['a query with a name in another case', query('ACCESS_TOKEN=x'), PASS],
  ['a query with a longer name', query('access_token_hint=x'), PASS],
  ['a query with a token under another name', query('token=x&jwt=y&id_token=z'), PASS],
  ['a token in the header and in a form', form(FORM, () => 'access_token=x'), repeated],
  ['a token in the header and an empty one in a form', form(FORM, () => 'access_token='), repeated],
  [
    'a token in the header and in a form with a charset',
    form(`${FORM}; charset=utf-8`, () => 'a=b&access_token=x'),
    repeated,
  ],
  [
    'a token in the header and in a form whose type is in upper case',
    form(FORM.toUpperCase(), () => 'access_token=x'),
    repeated,
  ],
  ['a form without a token', form(FORM, () => 'a=b'), PASS],
  [
    'access_token in JSON, where it is a field',
    form('application/json', () => '{"access_token":"x"}'),
    PASS,
  ],
  [
    'access_token in JSON alone, where it is a field',
    form('application/json', (given) => JSON.stringify({ access_token: token(given) }), false),
    missing,
  ],
];

/** Several `Authorization` headers; `TOKEN` in them becomes the same good token. */
const several = (title: string, ...headers: [name: string, value: string][]): Case => [
  title,
  (given) => {
    const good = token(given);
    return { headers: headers.flatMap(([name, value]) => [name, value.replace('TOKEN', good)]) };
  },
  repeated,
];

const SEVERAL: Case[] = [
  several(
    'the same header twice',
    ['Authorization', 'Bearer TOKEN'],
    ['Authorization', 'Bearer TOKEN'],
  ),
  several(
    'the same header in two spellings',
    ['Authorization', 'Bearer TOKEN'],
    ['aUTHORIZATION', 'Bearer TOKEN'],
  ),
  several(
    'a good token and a bad one',
    ['Authorization', 'Bearer TOKEN'],
    ['Authorization', 'Bearer x'],
  ),
  several(
    'a bad token and a good one',
    ['Authorization', 'Bearer x'],
    ['Authorization', 'Bearer TOKEN'],
  ),
  several(
    'a token and another scheme',
    ['Authorization', 'Bearer TOKEN'],
    ['Authorization', 'Basic YTpi'],
  ),
  several(
    'another scheme and a token',
    ['Authorization', 'Basic YTpi'],
    ['Authorization', 'Bearer TOKEN'],
  ),
  several('a token and an empty header', ['Authorization', 'Bearer TOKEN'], ['Authorization', '']),
  several('an empty header and a token', ['Authorization', ''], ['Authorization', 'Bearer TOKEN']),
  several('two empty headers', ['Authorization', ''], ['authorization', '']),
  several(
    'two headers apart from each other',
    ['Authorization', 'Bearer TOKEN'],
    ['Accept', '*/*'],
    ['Authorization', 'Bearer TOKEN'],
  ),
  several(
    'a hundred headers',
    ...Array.from({ length: 100 }, (): [string, string] => ['Authorization', 'Basic YTpi']),
  ),
];

/** Lines on the wire; `TOKEN` in them becomes a good token. */
const wire = (title: string, expected: Expected, ...lines: string[]): Case => [
  title,
  (given) => ({ lines: lines.map((line) => line.replaceAll('TOKEN', token(given))) }),
  expected,
];

const WIRE: Case[] = [
  wire('a header without a space before its value', PASS, 'Authorization:Bearer TOKEN'),
  wire('a header with a tab before its value', PASS, 'Authorization:\tBearer TOKEN'),
  wire('a header with spaces and tabs behind its value', PASS, 'Authorization: Bearer TOKEN \t '),
  wire('Bearer and spaces', missing, 'Authorization: Bearer    '),
  wire('spaces alone', missing, 'Authorization:     '),
  wire(
    'a header that is continued before the token',
    BROKEN_HTTP,
    'Authorization: Bearer',
    ' TOKEN',
  ),
  wire(
    'a header that is continued behind the token',
    BROKEN_HTTP,
    'Authorization: Bearer TOKEN',
    '\tx',
  ),
  wire('a space before the colon', BROKEN_HTTP, 'Authorization : Bearer TOKEN'),
  wire('a tab before the colon', BROKEN_HTTP, 'Authorization\t: Bearer TOKEN'),
  wire('a space before the name', BROKEN_HTTP, ' Authorization: Bearer TOKEN'),
  wire('a name alone', BROKEN_HTTP, 'Authorization'),
  wire('no name', BROKEN_HTTP, ': Bearer TOKEN'),
  wire('a carriage return in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\rx'),
  wire('a line feed in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\nX-Admin: true'),
  wire('NUL in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\0'),
  wire('a control character in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\u0001'),
  wire('DEL in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\u007F'),
  wire('a byte beyond ASCII in the name', BROKEN_HTTP, 'Authorizati\u00F6n: Bearer TOKEN'),
  wire('a header of 16 KiB', BROKEN_HTTP, `Authorization: Bearer ${'a'.repeat(16 * 1024)}`),
];

/** Where credentials stand, and in what form (RFC 6750 §2, RFC 9110 §5.5, §11). */
export const TRANSPORT: Case[] = [
  ...NO_CREDENTIALS,
  ...NOT_ONE_TOKEN,
  ...NO_TOKEN,
  ...GOOD,
  ...PLACES,
  ...SEVERAL,
  ...WIRE,
];
