import { type Expected, PASS, REFUSED, type TokenCase } from './case.js';
import { headerText, membersText, payloadText, signed, withHeader, withPayload } from './token.js';

const { malformed, algorithm, issuer: otherIssuer, audience, expired, critical, type } = REFUSED;

const json = JSON.stringify;

/** The JSON of an object with one more member at its end. */
const append = (object: string, member: string) => `${object.slice(0, -1)},${member}}`;

/** The JSON of an object whose last member is a string of these bytes. */
const inString = (object: string, bytes: number[]) =>
  Buffer.concat([
    Buffer.from(`${object.slice(0, -1)},"x":"`),
    Buffer.from(bytes),
    Buffer.from('"}'),
  ]);

const NOT_UTF8: [title: string, (object: string) => Buffer][] = [
  ['a byte-order mark', (object) => Buffer.from(`\uFEFF${object}`)],
  ['UTF-16', (object) => Buffer.from(object, 'utf16le')],
  ['UTF-16 with a byte-order mark', (object) => Buffer.from(`\uFEFF${object}`, 'utf16le')],
  ['a Latin-1 letter', (object) => inString(object, [0xe4])],
  ['a lone continuation byte', (object) => inString(object, [0x80])],
  ['an overlong slash', (object) => inString(object, [0xc0, 0xaf])],
  ['an overlong NUL', (object) => inString(object, [0xc0, 0x80])],
  ['an overlong letter of three bytes', (object) => inString(object, [0xe0, 0x81, 0xa1])],
  ['an encoded surrogate', (object) => inString(object, [0xed, 0xa0, 0x80])],
  [
    'an encoded pair of surrogates',
    (object) => inString(object, [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
  ],
  ['a truncated character', (object) => inString(object, [0xe2, 0x82])],
  ['a character beyond U+10FFFF', (object) => inString(object, [0xf4, 0x90, 0x80, 0x80])],
  ['the byte FF', (object) => inString(object, [0xff])],
  ['a trailing byte FF', (object) => Buffer.from([...Buffer.from(object), 0xff])],
];

const NOT_AN_OBJECT: [title: string, (object: string) => string][] = [
  ['an array', (object) => `[${object}]`],
  ['an empty array', () => '[]'],
  ['a string', (object) => json(object)],
  ['a number', () => '1'],
  ['null', () => 'null'],
  ['true', () => 'true'],
  ['a space', () => ' '],
  ['two objects', (object) => object + object],
  ['an object and a word', (object) => `${object} x`],
  ['an object and NUL', (object) => `${object}\0`],
  ['a truncated object', (object) => object.slice(0, -1)],
  ['an object closed twice', (object) => `${object}}`],
  ['an object with a trailing comma', (object) => `${object.slice(0, -1)},}`],
  ['an object with a leading comma', (object) => `{,${object.slice(1)}`],
  ['an object with NaN', (object) => append(object, '"x":NaN')],
  ['an object with Infinity', (object) => append(object, '"x":Infinity')],
  ['an object with undefined', (object) => append(object, '"x":undefined')],
  ['an object with a hexadecimal number', (object) => append(object, '"x":0x10')],
  ['an object with a leading zero', (object) => append(object, '"x":01')],
  ['an object with a plus sign', (object) => append(object, '"x":+1')],
  ['an object with a trailing decimal point', (object) => append(object, '"x":1.')],
  ['an object in single quotes', (object) => object.replaceAll('"', "'")],
  ['an object with an unquoted name', (object) => append(object, 'x:1')],
  ['an object and a comment', (object) => `${object}// x`],
  ['an object with a comment', (object) => append(object, '/* x */"x":1')],
  ['an object with a line feed in a string', (object) => append(object, '"x":"a\nb"')],
  ['an object with NUL in a string', (object) => append(object, '"x":"a\0b"')],
  ['an object with an unknown escape sequence', (object) => append(object, String.raw`"x":"\x41"`)],
  ['an object after a no-break space', (object) => `\u00A0${object}`],
  ['an object with 2,000 unclosed arrays', (object) => append(object, `"x":${'['.repeat(2000)}`)],
];

const JSON_TEXT: TokenCase[] = [
  ...NOT_UTF8.flatMap(([title, spoil]): TokenCase[] => [
    [
      `a header with ${title}`,
      (given) => signed(given, spoil(headerText(given)), payloadText(given)),
      malformed,
    ],
    [
      `a payload with ${title}`,
      (given) => signed(given, headerText(given), spoil(payloadText(given))),
      malformed,
    ],
  ]),
  ...NOT_AN_OBJECT.flatMap(([title, spoil]): TokenCase[] => [
    [
      `a header that is ${title}`,
      (given) => signed(given, spoil(headerText(given)), payloadText(given)),
      malformed,
    ],
    [
      `a payload that is ${title}`,
      (given) => signed(given, headerText(given), spoil(payloadText(given))),
      malformed,
    ],
  ]),
  [
    'white space around header and payload (RFC 8259 §2)',
    (given) => signed(given, `\r\n\t ${headerText(given)} \n`, ` ${payloadText(given)}\n`),
    PASS,
  ],
  ['a lone surrogate as an escape sequence', withPayload(['x', String.raw`"\ud800"`]), PASS],
  ['a claim with an empty name', withPayload(['', '1']), PASS],
  ['a claim with an emoji', withPayload(['name', '"🙂"']), PASS],
];

/** The last of repeated members counts (RFC 7515 §4, RFC 7519 §4). */
const REPEATED_MEMBERS: TokenCase[] = [
  ['alg twice, the last none', withHeader(['alg', '"RS256"'], ['alg', '"none"']), algorithm],
  ['alg twice, the first none', withHeader(['alg', '"none"'], ['alg', '"RS256"']), PASS],
  ['alg twice, the last a number', withHeader(['alg', '"RS256"'], ['alg', '1']), malformed],
  [
    'kid twice, the last a number',
    (given) => withHeader(['kid', json(given.issuer.key.kid)], ['kid', '7'])(given),
    malformed,
  ],
  [
    'kid twice, the first a number',
    (given) => withHeader(['kid', '7'], ['kid', json(given.issuer.key.kid)])(given),
    PASS,
  ],
  ['typ twice, the last id+jwt', withHeader(['typ', '"JWT"'], ['typ', '"id+jwt"']), type],
  ['typ twice, the first id+jwt', withHeader(['typ', '"id+jwt"'], ['typ', '"JWT"']), PASS],
  ['crit twice, the last null', withHeader(['crit', '["b64"]'], ['crit', 'null']), critical],
  [
    'iss twice, the last another issuer',
    (given) =>
      withPayload(['iss', json(given.issuer.url)], ['iss', '"https://other.test/"'])(given),
    otherIssuer,
  ],
  [
    'iss twice, the first another issuer',
    (given) =>
      withPayload(['iss', '"https://other.test/"'], ['iss', json(given.issuer.url)])(given),
    PASS,
  ],
  [
    'aud twice, the last another audience',
    (given) => withPayload(['aud', json(given.issuer.audience)], ['aud', '"other"'])(given),
    audience,
  ],
  ['exp twice, the last in the past', withPayload(['exp', '1e12'], ['exp', '1']), expired],
  ['exp twice, the first in the past', withPayload(['exp', '1'], ['exp', '1e12']), PASS],
];

/** A valid payload followed by a member whose name is written with escape sequences. */
const escaped = (title: string, name: string, value: string, expected: Expected): TokenCase => [
  title,
  (given) => signed(given, headerText(given), append(payloadText(given), `"${name}":${value}`)),
  expected,
];

const ESCAPED_NAMES: TokenCase[] = [
  escaped('a second iss, escaped', String.raw`\u0069ss`, '"https://other.test/"', otherIssuer),
  escaped('a second exp, escaped', String.raw`\u0065\u0078\u0070`, '1', expired),
  escaped('a claim called exp and NUL', String.raw`exp\u0000`, '1', PASS),
];

/** Names of members that objects inherit, or that JavaScript treats specially. */
const INHERITED = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'valueOf',
  'toJSON',
  'then',
  'prototype',
];

const OWN_MEMBERS: TokenCase[] = [
  ...INHERITED.flatMap((name): TokenCase[] => [
    [`a header parameter called ${name}`, withHeader([name, '{"x":1}']), PASS],
    [`a claim called ${name}`, withPayload([name, '{"x":1}']), PASS],
    [`a claim called ${name} that is null`, withPayload([name, 'null']), PASS],
  ]),
  [
    'an inherited alg',
    (given) => signed(given, '{"__proto__":{"alg":"RS256"}}', payloadText(given)),
    malformed,
  ],
  ['an inherited crit', withHeader(['__proto__', '{"crit":["exp"]}']), PASS],
  [
    'an inherited iss',
    (given) => {
      const claims = membersText([
        ['__proto__', payloadText(given)],
        ['aud', json(given.issuer.audience)],
        ['exp', '1e12'],
      ]);
      return signed(given, headerText(given), claims);
    },
    otherIssuer,
  ],
  [
    'an inherited aud',
    (given) => {
      const claims = membersText([
        ['iss', json(given.issuer.url)],
        ['__proto__', payloadText(given)],
      ]);
      return signed(given, headerText(given), claims);
    },
    audience,
  ],
  ['an inherited nonce', withPayload(['__proto__', '{"nonce":"x"}']), PASS],
];

/** The JSON of header and payload (RFC 7515 §5.2, RFC 8259). Only own members count. */
export const JSON_TEXTS: TokenCase[] = [
  ...JSON_TEXT,
  ...REPEATED_MEMBERS,
  ...ESCAPED_NAMES,
  ...OWN_MEMBERS,
];
