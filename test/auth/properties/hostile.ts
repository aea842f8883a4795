import { randomUUID } from 'node:crypto';
import type { TestIssuer } from '../../../src/auth/testing/index.js';

const KIB = 1024;

/** A value of `Authorization` that is made to cost more than it should. */
export type Hostile = readonly [title: string, authorization: (issuer: TestIssuer) => string];

const b64 = (text: string) => Buffer.from(text).toString('base64url');

/** A token that nobody signed, of a length in characters, whose payload is made of one text over and over. */
function forged(issuer: TestIssuer, length: number, payload: (room: number) => string): string {
  const head = b64(JSON.stringify({ alg: 'RS256', kid: issuer.key.kid }));
  const tail = 'A'.repeat(342);
  const room = Math.floor(((length - head.length - tail.length - 2) * 3) / 4);
  const start = `{"iss":${JSON.stringify(issuer.url)},"x":`;
  return `Bearer ${head}.${b64(`${start}${payload(room - start.length - 1)}}`)}.${tail}`;
}

const text = (room: number) => JSON.stringify('x'.repeat(room - 2));
const lists = (room: number) => '['.repeat(room / 2) + ']'.repeat(room / 2);
const groves = (room: number) =>
  `[${Array<string>(Math.floor(room / 61) - 1)
    .fill('['.repeat(30) + ']'.repeat(30))
    .join(',')}]`;
const objects = (room: number) => '{"a":'.repeat(room / 6 - 1) + '1' + '}'.repeat(room / 6 - 1);
const members = (room: number) =>
  `{${Array.from({ length: Math.floor(room / 9) - 1 }, (_, index) => `"${index.toString(36).padStart(4, 'k')}":1`).join(',')}}`;
const numbers = (room: number) =>
  `[${Array<string>(Math.floor(room / 6) - 1)
    .fill('1e-99')
    .join(',')}]`;
const escapes = (room: number) => `"${String.raw`\u0041`.repeat(Math.floor(room / 6) - 1)}"`;
const unclosed = (room: number) => '['.repeat(room);

/** The same with its length in the header, each time another one. */
function forgedHeader(
  issuer: TestIssuer,
  length: number,
  member: (room: number) => string,
): string {
  const start = `{"alg":"RS256","kid":${JSON.stringify(issuer.key.kid)},"jti":"${randomUUID()}","x":`;
  const payload = b64(JSON.stringify({ iss: issuer.url }));
  const tail = 'A'.repeat(342);
  const room = Math.floor(((length - payload.length - tail.length - 2) * 3) / 4);
  return `Bearer ${b64(`${start}${member(room - start.length - 1)}}`)}.${payload}.${tail}`;
}

/** Within what a server lets through: the module has to bound its own work. */
export const WITHIN_LIMITS: readonly Hostile[] = [
  ['a token of 8 KiB', (issuer) => forged(issuer, 8 * KIB, text)],
  ['a token of 12 KiB', (issuer) => forged(issuer, 12 * KIB, text)],
  ['a token of 14 KiB', (issuer) => forged(issuer, 14 * KIB, text)],
  ['lists in lists', (issuer) => forged(issuer, 12 * KIB, lists)],
  ['lists thirty deep, side by side', (issuer) => forged(issuer, 12 * KIB, groves)],
  ['objects in objects', (issuer) => forged(issuer, 12 * KIB, objects)],
  ['lists that are never closed', (issuer) => forged(issuer, 12 * KIB, unclosed)],
  ['as many claims as fit', (issuer) => forged(issuer, 12 * KIB, members)],
  ['as many numbers as fit', (issuer) => forged(issuer, 12 * KIB, numbers)],
  ['as many escapes as fit', (issuer) => forged(issuer, 12 * KIB, escapes)],
  ['a header of lists in lists', (issuer) => forgedHeader(issuer, 12 * KIB, lists)],
  ['a header of as many members as fit', (issuer) => forgedHeader(issuer, 12 * KIB, members)],
  ['one letter', () => `Bearer ${'A'.repeat(14 * KIB)}`],
  ['dots', () => `Bearer ${'.'.repeat(14 * KIB)}`],
  ['spaces and no token', () => `Bearer${' '.repeat(14 * KIB)}!`],
  ['spaces within', () => `Bearer a${' '.repeat(14 * KIB)}b`],
  ['a letter and equals signs', () => `Bearer a${'='.repeat(14 * KIB)}b`],
  ['letters and what ends no token', () => `Bearer ${'a'.repeat(14 * KIB)}!`],
  ['the scheme over and over', () => 'Bearer '.repeat(2 * KIB)],
  ['letters and equals signs in turn', () => `Bearer ${'a='.repeat(7 * KIB)}`],
  ['commas', () => `Bearer ${','.repeat(14 * KIB)}`],
  ['another scheme of one letter', () => `${'B'.repeat(14 * KIB)} x`],
];

/** Beyond what Node lets through. */
export const BEYOND_LIMITS: readonly Hostile[] = [16, 64, 1024].flatMap((size): Hostile[] => [
  [`a token of ${size} KiB`, (issuer) => forged(issuer, size * KIB, text)],
  [`lists in lists of ${size} KiB`, (issuer) => forged(issuer, size * KIB, lists)],
  [`spaces of ${size} KiB`, () => `Bearer a${' '.repeat(size * KIB)}b`],
  [`the scheme over and over of ${size} KiB`, () => 'Bearer '.repeat((size * KIB) / 7)],
]);
