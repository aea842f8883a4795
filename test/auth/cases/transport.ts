import { BROKEN_HTTP, type Given, PASS, REFUSED, type RequestCase, type Sent } from './case.js';

const { missing, repeated, malformed } = REFUSED;

type Expected = RequestCase[2];

const token = ({ issuer }: Given) => issuer.mint();

/** A value of `Authorization`; `TOKEN` stands for a valid token. */
const authorization = (value: string) => (given: Given) => ({
  headers: ['Authorization', value.replaceAll('TOKEN', token(given))],
});

/** Values of `Authorization` with the same result. */
function values(expected: Expected, list: readonly (readonly [title: string, value: string])[]) {
  return list.map(([title, value]): RequestCase => [title, authorization(value), expected]);
}

const NO_CREDENTIALS = values(missing, [
  ['an empty Authorization header', ''],
  ['the scheme Basic', 'Basic YTpi'],
  ['the scheme Basic with a token', 'Basic TOKEN'],
  ['the scheme Digest', 'Digest username="x", uri="/"'],
  ['the scheme DPoP, whose proofs are not supported', 'DPoP TOKEN'],
  ['the scheme Negotiate', 'Negotiate TOKEN'],
  ['the scheme Token', 'Token TOKEN'],
  ['the scheme JWT', 'JWT TOKEN'],
  ['a token without a scheme', 'TOKEN'],
  ['the scheme BearerToken', 'BearerToken TOKEN'],
  ['the scheme Bearer-Token', 'Bearer-Token TOKEN'],
  ['the scheme XBearer', 'XBearer TOKEN'],
  ['Bearer with a space inside', 'Bear er TOKEN'],
  ['Bearer in quotes', '"Bearer" TOKEN'],
  ['Bearer with an accent', 'B\u00E9arer TOKEN'],
  ['Bearer in fullwidth letters', Buffer.from('\uFF22earer TOKEN').toString('latin1')],
  ['Bearer after a comma', ', Bearer TOKEN'],
]);

const NOT_ONE_TOKEN = values(missing, [
  ['Bearer without a token', 'Bearer'],
  ['bearer without a token', 'bearer'],
  ['Bearer followed by a tab', 'Bearer\tTOKEN'],
  ['a tab after the space', 'Bearer \tTOKEN'],
  ['a tab and a letter after the token', 'Bearer TOKEN\tx'],
  ['Bearer followed by a no-break space', 'Bearer\u00A0TOKEN'],
  ['a no-break space after the space', 'Bearer \u00A0TOKEN'],
  ['Bearer followed by a colon', 'Bearer:TOKEN'],
  ['Bearer followed by an equals sign', 'Bearer=TOKEN'],
  ['Bearer followed by a comma', 'Bearer,TOKEN'],
  ['Bearer twice', 'Bearer Bearer TOKEN'],
  ['two tokens', 'Bearer TOKEN TOKEN'],
  ['a token and a word', 'Bearer TOKEN admin'],
  ['a token and a comma', 'Bearer TOKEN,'],
  ['two tokens separated by a comma', 'Bearer TOKEN, TOKEN'],
  ['two credentials separated by a comma', 'Bearer TOKEN, Bearer TOKEN'],
  ['Bearer and Basic separated by a comma', 'Bearer TOKEN, Basic YTpi'],
  ['a token and a semicolon', 'Bearer TOKEN;'],
  ['a token in quotes', 'Bearer "TOKEN"'],
  ['a token in single quotes', "Bearer 'TOKEN'"],
  ['a token in angle brackets', 'Bearer <TOKEN>'],
  ['a token as a parameter', 'Bearer token=TOKEN'],
  ['a token as a quoted parameter', 'Bearer access_token="TOKEN"'],
  ['the parameters of a challenge', 'Bearer realm="x"'],
  ['only equals signs', 'Bearer ===='],
  ['an equals sign inside the token', 'Bearer a=b'],
  ['JSON', 'Bearer {"alg":"none"}'],
  ['the string form of an object', 'Bearer [object Object]'],
  ['percent-encoded dots', 'Bearer a%2Eb%2Ec'],
  ['a colon in the token', 'Bearer a:b'],
  ['a backslash in the token', String.raw`Bearer a\b`],
  ['a byte beyond ASCII after the token', 'Bearer TOKEN\u00FF'],
  ['thousands of spaces and an exclamation mark', `Bearer ${' '.repeat(8000)}!`],
  ['thousands of spaces between two letters', `Bearer a${' '.repeat(8000)}b`],
  ['Bearer thousands of times', 'Bearer '.repeat(1500)],
  ['thousands of equals signs between two letters', `Bearer a${'='.repeat(8000)}b`],
]);

const NO_TOKEN = values(malformed, [
  ['the word undefined', 'Bearer undefined'],
  ['the word null', 'Bearer null'],
  ['a token of one dot', 'Bearer .'],
  ['a token of two dots', 'Bearer ..'],
  ['every character of a b64token (RFC 6750 §2.1)', 'Bearer -._~+/09azAZ=='],
  ['an opaque token', 'Bearer 7f3a9c'],
]);

const GOOD = values(PASS, [
  ['the scheme in lower case (RFC 9110 §11.1)', 'bearer TOKEN'],
  ['the scheme in upper case', 'BEARER TOKEN'],
  ['the scheme in mixed case', 'bEaReR TOKEN'],
  ['several spaces', 'Bearer    TOKEN'],
  ['thousands of spaces', `Bearer ${' '.repeat(8000)}TOKEN`],
]);

/** A valid token in a header that is not `Authorization`. */
const elsewhere = [
  'X-Authorization',
  'Proxy-Authorization',
  'X-Forwarded-Authorization',
  'X-Access-Token',
  'Authentication',
  'WWW-Authenticate',
  'Authorization_',
].map((name): RequestCase => [
  `a token only in ${name}`,
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

const PLACES: RequestCase[] = [
  ['a request without Authorization', () => ({}), missing],
  [
    'a token only in a cookie',
    (given) => ({ headers: ['Cookie', `access_token=${token(given)}; token=${token(given)}`] }),
    missing,
  ],
  ...elsewhere,
  [
    'a token only in the query (RFC 6750 §2.3)',
    (given) => ({ path: `/routes/closed?access_token=${token(given)}` }),
    missing,
  ],
  [
    'a token in the query with another scheme in the header',
    (given) => ({
      path: `/routes/closed?access_token=${token(given)}`,
      headers: ['Authorization', 'Basic YTpi'],
    }),
    missing,
  ],
  [
    'a token only in a form (RFC 6750 §2.2)',
    form(FORM, (given) => `access_token=${token(given)}`, false),
    missing,
  ],
  ['a token in the header and in the query', query('access_token=x'), repeated],
  ['a token in the header and an empty one in the query', query('access_token='), repeated],
  [
    'two words after Bearer and a token in the query',
    (given) => ({ ...query('access_token=x')(given), token: 'a b' }),
    missing,
  ],
  [
    'a token in the header and access_token without a value in the query',
    query('access_token'),
    repeated,
  ],
  ['a token in the header and two in the query', query('access_token=x&access_token=y'), repeated],
  [
    'a token in the header and in the query under an encoded name',
    query('access%5Ftoken=x'),
    repeated,
  ],
  ['a token in the header and at the end of the query', query('a=b&access_token=x'), repeated],
  ['ACCESS_TOKEN in the query', query('ACCESS_TOKEN=x'), PASS],
  ['access_token_hint in the query', query('access_token_hint=x'), PASS],
  ['token, jwt and id_token in the query', query('token=x&jwt=y&id_token=z'), PASS],
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
    'a token in the header and access_token in JSON',
    form('application/json', () => '{"access_token":"x"}'),
    PASS,
  ],
  [
    'a token only in JSON',
    form('application/json', (given) => JSON.stringify({ access_token: token(given) }), false),
    missing,
  ],
];

/** Several `Authorization` headers; `TOKEN` stands for a valid token. */
const several = (title: string, ...headers: string[]): RequestCase => [
  title,
  (given) => {
    const fields = headers.map((value) => value.replace('TOKEN', token(given)));
    return { headers: fields.flatMap((value) => ['Authorization', value]) };
  },
  repeated,
];

const SEVERAL: RequestCase[] = [
  several('the same Authorization header twice', 'Bearer TOKEN', 'Bearer TOKEN'),
  [
    'two Authorization headers in different case',
    (given) => ({ token: token(given), headers: ['aUTHORIZATION', `Bearer ${token(given)}`] }),
    repeated,
  ],
  several('a valid token and a malformed one', 'Bearer TOKEN', 'Bearer x'),
  several('a malformed token and a valid one', 'Bearer x', 'Bearer TOKEN'),
  several('a token and another scheme', 'Bearer TOKEN', 'Basic YTpi'),
  several('another scheme and a token', 'Basic YTpi', 'Bearer TOKEN'),
  several('a token and an empty header', 'Bearer TOKEN', ''),
  several('an empty header and a token', '', 'Bearer TOKEN'),
  several('two empty Authorization headers', '', ''),
  [
    'two Authorization headers with another header between',
    (given) => {
      const credentials = ['Authorization', `Bearer ${token(given)}`];
      return { headers: [...credentials, 'Accept', '*/*', ...credentials] };
    },
    repeated,
  ],
  several('a hundred Authorization headers', ...Array<string>(100).fill('Basic YTpi')),
];

/** Raw header lines; `TOKEN` stands for a valid token. */
const wire = (title: string, expected: Expected, ...lines: string[]): RequestCase => [
  title,
  (given) => ({ lines: lines.map((line) => line.replaceAll('TOKEN', token(given))) }),
  expected,
];

const WIRE: RequestCase[] = [
  wire('no space before the value', PASS, 'Authorization:Bearer TOKEN'),
  wire('a tab before the value', PASS, 'Authorization:\tBearer TOKEN'),
  wire('spaces and tabs after the value', PASS, 'Authorization: Bearer TOKEN \t '),
  wire('Bearer followed by spaces', missing, 'Authorization: Bearer    '),
  wire('a value of only spaces', missing, 'Authorization:     '),
  wire(
    'a line continued before the token (RFC 9112 §5.2)',
    BROKEN_HTTP,
    'Authorization: Bearer',
    ' TOKEN',
  ),
  wire(
    'a line continued after the token (RFC 9112 §5.2)',
    BROKEN_HTTP,
    'Authorization: Bearer TOKEN',
    '\tx',
  ),
  wire('a space before the colon', BROKEN_HTTP, 'Authorization : Bearer TOKEN'),
  wire('a tab before the colon', BROKEN_HTTP, 'Authorization\t: Bearer TOKEN'),
  wire('a space before the name', BROKEN_HTTP, ' Authorization: Bearer TOKEN'),
  wire('a line without a colon', BROKEN_HTTP, 'Authorization'),
  wire('a line without a name', BROKEN_HTTP, ': Bearer TOKEN'),
  wire('a carriage return in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\rx'),
  wire('a line feed in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\nX-Admin: true'),
  wire('NUL in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\0'),
  wire('a control character in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\u0001'),
  wire('DEL in the value', BROKEN_HTTP, 'Authorization: Bearer TOKEN\u007F'),
  wire('a byte beyond ASCII in the name', BROKEN_HTTP, 'Authorizati\u00F6n: Bearer TOKEN'),
  wire('a header of 16 KiB', BROKEN_HTTP, `Authorization: Bearer ${'a'.repeat(16 * 1024)}`),
];

/** Where a request carries its credentials, and in what form (RFC 6750 §2, RFC 9110 §11). */
export const TRANSPORT: RequestCase[] = [
  ...NO_CREDENTIALS,
  ...NOT_ONE_TOKEN,
  ...NO_TOKEN,
  ...GOOD,
  ...PLACES,
  ...SEVERAL,
  ...WIRE,
];
