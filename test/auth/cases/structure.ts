import { type Given, PASS, REFUSED, type TokenCase } from './case.js';
import {
  base64url,
  headerText,
  payloadText,
  signed,
  signedText,
  withHeader,
  withPayload,
} from './token.js';

const { malformed } = REFUSED;

/** The longest token that is accepted, in characters. */
const LONGEST = 12 * 1024;

const header = (given: Given) => base64url(headerText(given));
const payload = (given: Given) => base64url(payloadText(given));

/** The three parts of a valid token. */
const parts = (given: Given) =>
  signed(given, headerText(given), payloadText(given)).split('.') as [string, string, string];

const refused = (title: string, make: (given: Given) => string): TokenCase => [
  title,
  make,
  malformed,
];

const PARTS: TokenCase[] = [
  refused('a token of one part', payload),
  refused('a token of two parts', (given) => `${header(given)}.${payload(given)}`),
  refused('a token without a signature', (given) => `${header(given)}.${payload(given)}.`),
  refused('a token of four parts', (given) => `${given.issuer.mint()}.x`),
  refused('a token with a trailing dot', (given) => `${given.issuer.mint()}.`),
  refused('a token with a leading dot', (given) => `.${given.issuer.mint()}`),
  refused('a token with two successive dots', (given) => given.issuer.mint().replace('.', '..')),
  refused('a JWE, which has five parts (RFC 7516 §7.1)', (given) => `${header(given)}.AA.AA.AA.AA`),
  refused('a token of five parts of which four are empty', (given) => `${header(given)}....`),
  refused('a token of thousands of dots', () => '.'.repeat(10_000)),
  refused('a token with an empty header', (given) => signedText(given, `.${payload(given)}`)),
  refused('a token with an empty payload', (given) => signedText(given, `${header(given)}.`)),
  refused('a token with a detached payload (RFC 7515 appendix F)', (given) =>
    parts(given).with(1, '').join('.'),
  ),
  refused('two tokens joined by a dot', (given) => `${given.issuer.mint()}.${given.issuer.mint()}`),
  refused('a token with its parts in reverse order', (given) =>
    parts(given).toReversed().join('.'),
  ),
  refused('an SD-JWT, which ends with a tilde (RFC 9901 §4)', (given) => `${given.issuer.mint()}~`),
];

/** Changes that a lenient decoder ignores. */
const SPELLINGS: [title: string, (part: string) => string][] = [
  ['a plus sign', (part) => `+${part.slice(1)}`],
  ['a slash', (part) => `/${part.slice(1)}`],
  ['a tilde', (part) => `~${part.slice(1)}`],
  [
    'one character too many for base64url',
    (part) => part.padEnd(part.length + ((5 - (part.length % 4)) % 4 || 4), 'A'),
  ],
];

const ENCODING: TokenCase[] = [
  ...SPELLINGS.flatMap(([title, spell]) => [
    refused(`${title} in the header`, (given) =>
      signedText(given, `${spell(header(given))}.${payload(given)}`),
    ),
    refused(`${title} in the payload`, (given) =>
      signedText(given, `${header(given)}.${spell(payload(given))}`),
    ),
    refused(`${title} in the signature`, (given) => {
      const [first, second, third] = parts(given);
      return `${first}.${second}.${spell(third)}`;
    }),
  ]),
  refused('base64 padding', (given) => `${given.issuer.mint()}==`),
  refused('excessive base64 padding', (given) => `${given.issuer.mint()}${'='.repeat(40)}`),
  ...[1, 2].map((rest) =>
    refused(`unused bits set in a header whose length is 3n+${rest} bytes`, (given) =>
      signedText(given, `${loose(ofRest(headerText(given), rest))}.${payload(given)}`),
    ),
  ),
  ...[1, 2].map((rest) =>
    refused(`unused bits set in a payload whose length is 3n+${rest} bytes`, (given) =>
      signedText(given, `${header(given)}.${loose(ofRest(payloadText(given), rest))}`),
    ),
  ),
  refused('unused bits set in the signature', (given) => {
    const [first, second, third] = parts(given);
    return `${first}.${second}.${third.slice(0, -1)}${nextLetter(third.at(-1)!)}`;
  }),
];

/** Appends spaces to JSON until its length modulo 3 is `rest`. */
function ofRest(json: string, rest: number): string {
  return json.padEnd(json.length + ((rest - (json.length % 3) + 3) % 3));
}

/** Base64url with the lowest of the unused bits set. */
function loose(text: string): string {
  const encoded = base64url(text);
  return encoded.slice(0, -1) + nextLetter(encoded.at(-1)!);
}

/** The next character of the base64url alphabet, which differs in the lowest bit. */
function nextLetter(character: string): string {
  return (
    { Z: 'a', z: '0', '9': '-' }[character] ?? String.fromCharCode(character.charCodeAt(0) + 1)
  );
}

/** A valid token of exactly `length` characters. */
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
  throw new Error(`Cannot make a token of ${length} characters.`);
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const SIZES: TokenCase[] = [
  ['a token of 12 KiB', (given) => ofLength(given, LONGEST), PASS],
  ['a token of one character less than 12 KiB', (given) => ofLength(given, LONGEST - 1), PASS],
  ['a token of one character more than 12 KiB', (given) => ofLength(given, LONGEST + 1), malformed],
  ['a token of 13 KiB', (given) => ofLength(given, 13 * 1024), malformed],
  refused('12 KiB of one letter', () => 'A'.repeat(LONGEST)),
  refused('14 KiB of one letter', () => 'A'.repeat(14 * 1024)),
  refused('a signature of 11 KiB', (given) =>
    parts(given)
      .with(2, 'A'.repeat(11 * 1024))
      .join('.')
      .padEnd(LONGEST + 1, 'A'),
  ),
  ['claims that nest 4,000 deep', withPayload(['x', nested(4000)]), PASS],
  ['a header that nests 4,000 deep', withHeader(['x', nested(4000)]), PASS],
  ['objects that nest 1,000 deep', withPayload(['x', objects(1000)]), PASS],
  ['a claim of 2,500 empty arrays', withPayload(['x', `[${'[],'.repeat(2500)}1]`]), PASS],
  [
    '800 claims',
    withPayload(...Array.from({ length: 800 }, (_, index): [string, string] => [`c${index}`, '1'])),
    PASS,
  ],
  [
    'one claim repeated 400 times',
    withPayload(...Array.from({ length: 400 }, (): [string, string] => ['x', '1'])),
    PASS,
  ],
  ['a number of 5,000 digits', withPayload(['x', '9'.repeat(5000)]), PASS],
];

/** The compact form (RFC 7515 §3.1, §7.1), its base64url and its size. */
export const STRUCTURE: TokenCase[] = [...PARTS, ...ENCODING, ...SIZES];
