import { randomUUID } from 'node:crypto';
import type { TestIssuer } from '../../../src/auth/testing/index.js';

const KIB = 1024;

/** A value of `Authorization` that is meant to take long to refuse. */
export type Hostile = readonly [title: string, authorization: (issuer: TestIssuer) => string];

const b64 = (text: string) => Buffer.from(text).toString('base64url');

/** An unsigned token of `length` characters. `fill` makes a claim of a number of characters. */
function forged(issuer: TestIssuer, length: number, fill: (room: number) => string): string {
  const head = b64(JSON.stringify({ alg: 'RS256', kid: issuer.key.kid }));
  const tail = 'A'.repeat(342);
  const room = Math.floor(((length - head.length - tail.length - 2) * 3) / 4);
  const start = `{"iss":${JSON.stringify(issuer.url)},"x":`;
  return `Bearer ${head}.${b64(`${start}${fill(room - start.length - 1)}}`)}.${tail}`;
}

/** The same with a long header, which differs each time. */
function forgedHeader(issuer: TestIssuer, length: number, fill: (room: number) => string): string {
  const kid = JSON.stringify(issuer.key.kid);
  const start = `{"alg":"RS256","kid":${kid},"jti":"${randomUUID()}","x":`;
  const payload = b64(JSON.stringify({ iss: issuer.url }));
  const tail = 'A'.repeat(342);
  const room = Math.floor(((length - payload.length - tail.length - 2) * 3) / 4);
  return `Bearer ${b64(`${start}${fill(room - start.length - 1)}}`)}.${payload}.${tail}`;
}

/** JSON of at most `room` characters. */
const string = (room: number) => JSON.stringify('x'.repeat(room - 2));
const nestedArrays = (room: number) => '['.repeat(room / 2) + ']'.repeat(room / 2);
const nestedObjects = (room: number) =>
  '{"a":'.repeat(room / 6 - 1) + '1' + '}'.repeat(room / 6 - 1);
const unclosedArrays = (room: number) => '['.repeat(room);
const escapes = (room: number) => `"${String.raw`\u0041`.repeat(Math.floor(room / 6) - 1)}"`;
const many = (element: string, room: number) =>
  Array<string>(Math.floor(room / (element.length + 1)) - 1).fill(element);
const numbers = (room: number) => `[${many('1e-99', room).join(',')}]`;
const thirtyDeep = (room: number) => `[${many('['.repeat(30) + ']'.repeat(30), room).join(',')}]`;
const members = (room: number) => {
  const name = (index: number) => index.toString(36).padStart(4, 'k');
  return `{${many('"kkkk":1', room)
    .map((_, index) => `"${name(index)}":1`)
    .join(',')}}`;
};

/** Small enough for Node, so the module must limit its own work. */
export const WITHIN_LIMITS: readonly Hostile[] = [
  ['a token of 8 KiB', (issuer) => forged(issuer, 8 * KIB, string)],
  ['a token of 12 KiB', (issuer) => forged(issuer, 12 * KIB, string)],
  ['a token of 14 KiB', (issuer) => forged(issuer, 14 * KIB, string)],
  ['nested arrays', (issuer) => forged(issuer, 12 * KIB, nestedArrays)],
  ['many arrays that nest 30 deep', (issuer) => forged(issuer, 12 * KIB, thirtyDeep)],
  ['nested objects', (issuer) => forged(issuer, 12 * KIB, nestedObjects)],
  ['unclosed arrays', (issuer) => forged(issuer, 12 * KIB, unclosedArrays)],
  ['as many members as fit', (issuer) => forged(issuer, 12 * KIB, members)],
  ['as many numbers as fit', (issuer) => forged(issuer, 12 * KIB, numbers)],
  ['as many escape sequences as fit', (issuer) => forged(issuer, 12 * KIB, escapes)],
  ['a header of nested arrays', (issuer) => forgedHeader(issuer, 12 * KIB, nestedArrays)],
  ['a header of as many members as fit', (issuer) => forgedHeader(issuer, 12 * KIB, members)],
  ['one letter repeated', () => `Bearer ${'A'.repeat(14 * KIB)}`],
  ['dots', () => `Bearer ${'.'.repeat(14 * KIB)}`],
  ['spaces and no token', () => `Bearer${' '.repeat(14 * KIB)}!`],
  ['spaces between letters', () => `Bearer a${' '.repeat(14 * KIB)}b`],
  ['equals signs between letters', () => `Bearer a${'='.repeat(14 * KIB)}b`],
  ['letters and an exclamation mark', () => `Bearer ${'a'.repeat(14 * KIB)}!`],
  ['Bearer repeated', () => 'Bearer '.repeat(2 * KIB)],
  ['letters and equals signs in turn', () => `Bearer ${'a='.repeat(7 * KIB)}`],
  ['commas', () => `Bearer ${','.repeat(14 * KIB)}`],
  ['another scheme of 14 KiB', () => `${'B'.repeat(14 * KIB)} x`],
];

/** Too large for Node's default. */
export const BEYOND_LIMITS: readonly Hostile[] = [16, 64, 1024].flatMap((size): Hostile[] => [
  [`a token of ${size} KiB`, (issuer) => forged(issuer, size * KIB, string)],
  [`nested arrays of ${size} KiB`, (issuer) => forged(issuer, size * KIB, nestedArrays)],
  [`spaces of ${size} KiB`, () => `Bearer a${' '.repeat(size * KIB)}b`],
  [`Bearer repeated, ${size} KiB`, () => 'Bearer '.repeat((size * KIB) / 7)],
]);
