import { type Case, type Given, PASS, REFUSED } from './case.js';
import {
  base64url,
  headerText,
  membersText,
  payloadText,
  signed,
  signedText,
  withHeader,
  withPayload,
  withToken,
} from './token.js';

const { malformed, algorithm, issuer: otherIssuer, audience, expired, critical, type } = REFUSED;

/** Longest token that is looked at, in characters. */
const LONGEST = 12 * 1024;

const header = (given: Given) => base64url(headerText(given));
const payload = (given: Given) => base64url(payloadText(given));

/** A good token, taken apart. */
const parts = (given: Given) =>
  signed(given, headerText(given), payloadText(given)).split('.') as [string, string, string];

const refused = (title: string, make: (given: Given) => string): Case => [
  title,
  withToken(make),
  malformed,
];

const PARTS: Case[] = [
  refused('one part', payload),
  refused('two parts', (given) => `${header(given)}.${payload(given)}`),
  refused('two parts and a dot behind them', (given) => `${header(given)}.${payload(given)}.`),
  refused('four parts', (given) => `${given.issuer.mint()}.x`),
  refused('a dot behind it', (given) => `${given.issuer.mint()}.`),
  refused('a dot before it', (given) => `.${given.issuer.mint()}`),
  refused('two dots in a row', (given) => given.issuer.mint().replace('.', '..')),
  refused('five parts, as a JWE has', (given) => `${header(given)}.AA.AA.AA.AA`),
  refused('five parts of which four are empty', (given) => `${header(given)}....`),
  refused('thousands of dots', () => '.'.repeat(10_000)),
  refused('an empty header', (given) => signedText(given, `.${payload(given)}`)),
  refused('an empty payload', (given) => signedText(given, `${header(given)}.`)),
  refused('an empty payload, as a detached one has', (given) => parts(given).with(1, '').join('.')),
  refused('a good token twice', (given) => `${given.issuer.mint()}.${given.issuer.mint()}`),
  refused('its parts in another order', (given) => parts(given).toReversed().join('.')),
  refused('a tilde behind it, as an SD-JWT has', (given) => `${given.issuer.mint()}~`),
];

/** Ways to write a part that another decoder might take for the same bytes. */
const SPELLINGS: [title: string, (part: string) => string][] = [
  ['a plus sign in', (part) => `+${part.slice(1)}`],
  ['a slash in', (part) => `/${part.slice(1)}`],
  ['a tilde in', (part) => `~${part.slice(1)}`],
  [
    'one character too many for base64url in',
    (part) => part.padEnd(part.length + ((5 - (part.length % 4)) % 4 || 4), 'A'),
  ],
];

const ENCODING: Case[] = [
  ...SPELLINGS.flatMap(([title, spell]) => [
    refused(`${title} the header`, (given) =>
      signedText(given, `${spell(header(given))}.${payload(given)}`),
    ),
    refused(`${title} the payload`, (given) =>
      signedText(given, `${header(given)}.${spell(payload(given))}`),
    ),
    refused(`${title} the signature`, (given) => {
      const [first, second, third] = parts(given);
      return `${first}.${second}.${spell(third)}`;
    }),
  ]),
  refused('padding behind it', (given) => `${given.issuer.mint()}==`),
  refused('more padding than there can be', (given) => `${given.issuer.mint()}${'='.repeat(40)}`),
  ...[1, 2].map((spare) =>
    refused(`unused bits set in a header with ${spare} bytes over`, (given) =>
      signedText(given, `${loose(ofRest(headerText(given), spare))}.${payload(given)}`),
    ),
  ),
  ...[1, 2].map((spare) =>
    refused(`unused bits set in a payload with ${spare} bytes over`, (given) =>
      signedText(given, `${header(given)}.${loose(ofRest(payloadText(given), spare))}`),
    ),
  ),
  refused('unused bits set in the signature', (given) => {
    const [first, second, third] = parts(given);
    return `${first}.${second}.${third.slice(0, -1)}${nextLetter(third.at(-1)!)}`;
  }),
];

/** JSON with spaces behind it, so that its length leaves this rest when it is divided by three. */
function ofRest(json: string, rest: number): string {
  return json.padEnd(json.length + ((rest - (json.length % 3) + 3) % 3));
}

/** Base64url of a text, with the lowest of the unused bits set. */
function loose(text: string): string {
  const encoded = base64url(text);
  return encoded.slice(0, -1) + nextLetter(encoded.at(-1)!);
}

/** The character that follows in the alphabet of base64url: it differs in the lowest bit. */
function nextLetter(character: string): string {
  return (
    { Z: 'a', z: '0', '9': '-' }[character] ?? String.fromCharCode(character.charCodeAt(0) + 1)
  );
}

const BYTES: [title: string, (json: string) => Buffer][] = [
  ['a byte-order mark', (json) => Buffer.from(`\uFEFF${json}`)],
  ['UTF-16', (json) => Buffer.from(json, 'utf16le')],
  ['UTF-16 with a byte-order mark', (json) => Buffer.from(`\uFEFF${json}`, 'utf16le')],
  ['a Latin-1 letter', (json) => inText(json, [0xe4])],
  ['a lone continuation byte', (json) => inText(json, [0x80])],
  ['an overlong slash', (json) => inText(json, [0xc0, 0xaf])],
  ['an overlong NUL', (json) => inText(json, [0xc0, 0x80])],
  ['an overlong letter of three bytes', (json) => inText(json, [0xe0, 0x81, 0xa1])],
  ['a surrogate', (json) => inText(json, [0xed, 0xa0, 0x80])],
  ['a pair of surrogates', (json) => inText(json, [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80])],
  ['a character cut short', (json) => inText(json, [0xe2, 0x82])],
  ['a character beyond Unicode', (json) => inText(json, [0xf4, 0x90, 0x80, 0x80])],
  ['the byte FF', (json) => inText(json, [0xff])],
  ['a byte that is no UTF-8 behind it', (json) => Buffer.from([...Buffer.from(json), 0xff])],
];

/** An object with a text of these bytes as its last member. */
function inText(json: string, bytes: number[]): Buffer {
  return Buffer.concat([
    Buffer.from(`${json.slice(0, -1)},"x":"`),
    Buffer.from(bytes),
    Buffer.from('"}'),
  ]);
}

const lastly = (json: string, member: string) => `${json.slice(0, -1)},${member}}`;

/** What is no JSON object. */
const NO_OBJECT: [title: string, (json: string) => string][] = [
  ['a list', (json) => `[${json}]`],
  ['an empty list', () => '[]'],
  ['a text', (json) => JSON.stringify(json)],
  ['a number', () => '1'],
  ['null', () => 'null'],
  ['true', () => 'true'],
  ['a space', () => ' '],
  ['two objects', (json) => json + json],
  ['an object and a word', (json) => `${json} x`],
  ['an object and NUL', (json) => `${json}\0`],
  ['an object cut short', (json) => json.slice(0, -1)],
  ['an object closed twice', (json) => `${json}}`],
  ['a trailing comma', (json) => `${json.slice(0, -1)},}`],
  ['a comma too many', (json) => `{,${json.slice(1)}`],
  ['NaN', (json) => lastly(json, '"x":NaN')],
  ['Infinity', (json) => lastly(json, '"x":Infinity')],
  ['undefined', (json) => lastly(json, '"x":undefined')],
  ['a number in hexadecimal', (json) => lastly(json, '"x":0x10')],
  ['a number with a leading zero', (json) => lastly(json, '"x":01')],
  ['a number with a plus sign', (json) => lastly(json, '"x":+1')],
  ['a number that ends with its point', (json) => lastly(json, '"x":1.')],
  ['single quotes', (json) => json.replaceAll('"', "'")],
  ['a name without quotes', (json) => lastly(json, 'x:1')],
  ['a comment', (json) => `${json}// x`],
  ['a comment within', (json) => lastly(json, '/* x */"x":1')],
  ['a line feed in a text', (json) => lastly(json, '"x":"a\nb"')],
  ['NUL in a text', (json) => lastly(json, '"x":"a\0b"')],
  ['an escape that is none', (json) => lastly(json, String.raw`"x":"\x41"`)],
  ['a no-break space around it', (json) => `\u00A0${json}`],
  ['lists that are opened and never closed', (json) => lastly(json, `"x":${'['.repeat(2000)}`)],
];

const JSON_TEXT: Case[] = [
  ...BYTES.flatMap(([title, spoil]) => [
    refused(`${title} in the header`, (given) =>
      signed(given, spoil(headerText(given)), payloadText(given)),
    ),
    refused(`${title} in the payload`, (given) =>
      signed(given, headerText(given), spoil(payloadText(given))),
    ),
  ]),
  ...NO_OBJECT.flatMap(([title, spoil]) => [
    refused(`${title} as the header`, (given) =>
      signed(given, spoil(headerText(given)), payloadText(given)),
    ),
    refused(`${title} as the payload`, (given) =>
      signed(given, headerText(given), spoil(payloadText(given))),
    ),
  ]),
  [
    'white space around header and payload (RFC 8259 §2)',
    withToken((given) =>
      signed(given, `\r\n\t ${headerText(given)} \n`, ` ${payloadText(given)}\n`),
    ),
    PASS,
  ],
  ['a lone surrogate as an escape', withPayload(['x', String.raw`"\ud800"`]), PASS],
  ['an empty name', withPayload(['', '1']), PASS],
  ['emoji', withPayload(['name', '"🙂"']), PASS],
];

/** Of repeated members the last counts. Each is signed with the right key. */
const REPEATED_MEMBERS: Case[] = [
  [
    'alg twice, of which the last is none',
    withHeader(['alg', '"RS256"'], ['alg', '"none"']),
    algorithm,
  ],
  [
    'alg twice, of which the first is none',
    withHeader(['alg', '"none"'], ['alg', '"RS256"']),
    PASS,
  ],
  [
    'alg twice, of which the last is a number',
    withHeader(['alg', '"RS256"'], ['alg', '1']),
    malformed,
  ],
  [
    'kid twice, of which the last is a number',
    (given) => withHeader(['kid', JSON.stringify(given.issuer.key.kid)], ['kid', '7'])(given),
    malformed,
  ],
  [
    'kid twice, of which the first is a number',
    (given) => withHeader(['kid', '7'], ['kid', JSON.stringify(given.issuer.key.kid)])(given),
    PASS,
  ],
  [
    'typ twice, of which the last is an ID token',
    withHeader(['typ', '"JWT"'], ['typ', '"id+jwt"']),
    type,
  ],
  [
    'typ twice, of which the first is an ID token',
    withHeader(['typ', '"id+jwt"'], ['typ', '"JWT"']),
    PASS,
  ],
  [
    'crit twice, of which the last is null',
    withHeader(['crit', '["b64"]'], ['crit', 'null']),
    critical,
  ],
  [
    'iss twice, of which the last is another',
    (given) =>
      withPayload(
        ['iss', JSON.stringify(given.issuer.url)],
        ['iss', '"https://other.test/"'],
      )(given),
    otherIssuer,
  ],
  [
    'iss twice, of which the first is another',
    (given) =>
      withPayload(
        ['iss', '"https://other.test/"'],
        ['iss', JSON.stringify(given.issuer.url)],
      )(given),
    PASS,
  ],
  [
    'aud twice, of which the last is another',
    (given) =>
      withPayload(['aud', JSON.stringify(given.issuer.audience)], ['aud', '"other"'])(given),
    audience,
  ],
  ['exp twice, of which the last has passed', withPayload(['exp', '1e12'], ['exp', '1']), expired],
  ['exp twice, of which the first has passed', withPayload(['exp', '1'], ['exp', '1e12']), PASS],
];

const spelled = (title: string, name: string, json: string, expected: Case[2]): Case => [
  title,
  withToken((given) => {
    const member = `"${name}":${json}`;
    return signed(given, headerText(given), lastly(payloadText(given), member));
  }),
  expected,
];

const ESCAPED_NAMES: Case[] = [
  spelled(
    'a second iss whose name is escaped',
    String.raw`\u0069ss`,
    '"https://other.test/"',
    otherIssuer,
  ),
  spelled('a second exp whose name is escaped', String.raw`\u0065\u0078\u0070`, '1', expired),
  spelled('a name that ends with NUL, which is another', String.raw`exp\u0000`, '1', PASS),
];

/** Names that every object inherits a value for. */
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

const OWN_MEMBERS: Case[] = [
  ...INHERITED.flatMap((name): Case[] => [
    [`a header parameter called ${name}`, withHeader([name, '{"x":1}']), PASS],
    [`a claim called ${name}`, withPayload([name, '{"x":1}']), PASS],
    [`a claim called ${name} that is null`, withPayload([name, 'null']), PASS],
  ]),
  [
    'an alg that the header only inherits',
    withToken((given) => signed(given, '{"__proto__":{"alg":"RS256"}}', payloadText(given))),
    malformed,
  ],
  [
    'a crit that the header only inherits, which is none',
    withHeader(['__proto__', '{"crit":["exp"]}']),
    PASS,
  ],
  [
    'an iss that the payload only inherits',
    withToken((given) => {
      const claims = membersText([
        ['__proto__', payloadText(given)],
        ['aud', JSON.stringify(given.issuer.audience)],
        ['exp', '1e12'],
      ]);
      return signed(given, headerText(given), claims);
    }),
    otherIssuer,
  ],
  [
    'an aud that the payload only inherits',
    withToken((given) => {
      const claims = membersText([
        ['iss', JSON.stringify(given.issuer.url)],
        ['__proto__', payloadText(given)],
      ]);
      return signed(given, headerText(given), claims);
    }),
    audience,
  ],
  [
    'an ID token whose nonce is inherited, which is none',
    withPayload(['__proto__', '{"nonce":"x"}']),
    PASS,
  ],
];

/** A good token of a length in characters. */
function ofLength(given: Given, length: number): string {
  for (let extra = 0; extra < 4; extra += 1) {
    const head = headerText(given, [['x', JSON.stringify('x'.repeat(extra))]]);
    const spare = length - signed(given, head, payloadText(given, [['pad', '""']])).length;
    for (let size = Math.floor((spare * 3) / 4) - 3; size <= spare; size += 1) {
      const claims = payloadText(given, [['pad', JSON.stringify('x'.repeat(size))]]);
      const total = base64url(head).length + base64url(claims).length + 2 + 342;
      if (total === length) return signed(given, head, claims);
      if (total > length) break;
    }
  }
  throw new Error(`no token of ${length} characters`);
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** How deep header and payload may nest, themselves included. */
const DEEPEST = 32;

const SIZES: Case[] = [
  ['12 KiB', withToken((given) => ofLength(given, LONGEST)), PASS],
  ['12 KiB less one character', withToken((given) => ofLength(given, LONGEST - 1)), PASS],
  ['12 KiB and one character', withToken((given) => ofLength(given, LONGEST + 1)), malformed],
  ['13 KiB', withToken((given) => ofLength(given, 13 * 1024)), malformed],
  refused('12 KiB of one letter', () => 'A'.repeat(LONGEST)),
  refused('14 KiB of one letter', () => 'A'.repeat(14 * 1024)),
  refused('a signature of 11 KiB', (given) =>
    parts(given)
      .with(2, 'A'.repeat(11 * 1024))
      .join('.')
      .padEnd(LONGEST + 1, 'A'),
  ),
  ['claims that nest 32 deep', withPayload(['x', nested(DEEPEST - 1)]), PASS],
  ['a header that nests 32 deep', withHeader(['x', nested(DEEPEST - 1)]), PASS],
  ['claims that nest 33 deep', withPayload(['x', nested(DEEPEST)]), malformed],
  ['a header that nests 33 deep', withHeader(['x', nested(DEEPEST)]), malformed],
  [
    'objects that nest 33 deep',
    withPayload(['x', `${'{"a":'.repeat(DEEPEST)}1${'}'.repeat(DEEPEST)}`]),
    malformed,
  ],
  ['claims as deep as a token can be', withPayload(['x', nested(4000)]), malformed],
  ['a header as deep as a token can be', withHeader(['x', nested(4000)]), malformed],
  ['hundreds of lists side by side', withPayload(['x', `[${'[],'.repeat(400)}1]`]), PASS],
  [
    'four hundred claims',
    withPayload(...Array.from({ length: 400 }, (_, index): [string, string] => [`c${index}`, '1'])),
    PASS,
  ],
  [
    'four hundred claims of one name',
    withPayload(...Array.from({ length: 400 }, (): [string, string] => ['x', '1'])),
    PASS,
  ],
  ['a number of thousands of digits', withPayload(['x', '9'.repeat(5000)]), PASS],
];

/** The compact form (RFC 7515 §3.1, §7.1), its base64url, its JSON, its size. */
export const STRUCTURE: Case[] = [
  ...PARTS,
  ...ENCODING,
  ...JSON_TEXT,
  ...REPEATED_MEMBERS,
  ...ESCAPED_NAMES,
  ...OWN_MEMBERS,
  ...SIZES,
];
