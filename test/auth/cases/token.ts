import { sign } from 'node:crypto';
import type { TestKey } from '../../../src/auth/testing/index.js';
import type { Given } from './case.js';

/** Members of a JSON object in order, repeated ones included; the value is JSON text. */
export type Members = readonly (readonly [name: string, json: string])[];

/** Encodes bytes, or text in UTF-8, as base64url. */
export const base64url = (content: string | Buffer): string =>
  Buffer.from(content as string).toString('base64url');

/** The JSON text of a valid header. `members` replace its members of the same name, or follow. */
export function headerText({ issuer }: Given, members: Members = []): string {
  return objectText({ alg: 'RS256', typ: 'JWT', kid: issuer.key.kid }, members);
}

/** The JSON text of a valid payload, with `members` as in {@link headerText}. */
export function payloadText({ issuer, now }: Given, members: Members = []): string {
  const claims = { iss: issuer.url, sub: 'x', aud: issuer.audience, iat: now, exp: now + 60 };
  return objectText(claims, members);
}

/** The JSON text of an object, written member by member. */
export function membersText(members: Members): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

/** Encodes two parts of any content and signs them with the issuer's own key. */
export function signed(given: Given, header: string | Buffer, payload: string | Buffer): string {
  return signedText(given, `${base64url(header)}.${base64url(payload)}`);
}

/** Signs any text with the issuer's own RSA key, also text that is not two parts in base64url. */
export function signedText({ issuer }: Given, input: string): string {
  const signature = sign('sha256', Buffer.from(input), issuer.key.privateKey);
  return `${input}.${signature.toString('base64url')}`;
}

/** A token whose header has these members. */
export const withHeader =
  (...members: [name: string, json: string][]) =>
  (given: Given): string =>
    signed(given, headerText(given, members), payloadText(given));

/** A token whose payload has these members. */
export const withPayload =
  (...members: [name: string, json: string][]) =>
  (given: Given): string =>
    signed(given, headerText(given), payloadText(given, members));

/** A token whose header and payload have one member each. */
export const withBoth =
  (header: [name: string, json: string], payload: [name: string, json: string]) =>
  (given: Given): string =>
    signed(given, headerText(given, [header]), payloadText(given, [payload]));

/** A token with the claims that the issuer's `mint()` takes. */
export const withClaims =
  (claims: (given: Given) => Record<string, unknown>) =>
  (given: Given): string =>
    given.issuer.mint(claims(given));

/** The issuer's key for an algorithm. */
export const keyFor = ({ issuer }: Given, alg: string): TestKey =>
  issuer.keys.find((key) => key.alg === alg)!;

/** A token that names the key for `alg` and is signed by `make`. */
export const withSignature =
  (alg: string, make: (input: Buffer, key: TestKey) => Buffer) =>
  (given: Given): string => {
    const key = keyFor(given, alg);
    const head = headerText(given, [
      ['alg', JSON.stringify(alg)],
      ['kid', JSON.stringify(key.kid)],
    ]);
    const input = `${base64url(head)}.${base64url(payloadText(given))}`;
    return `${input}.${make(Buffer.from(input), key).toString('base64url')}`;
  };

/** Reads a big-endian number. */
export const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

function objectText(valid: Record<string, unknown>, members: Members): string {
  const replaced = new Set(members.map(([name]) => name));
  const kept = Object.entries(valid)
    .filter(([name]) => !replaced.has(name))
    .map(([name, value]) => [name, JSON.stringify(value)] as const);
  return membersText([...kept, ...members]);
}
