import { sign } from 'node:crypto';
import type { Given, Sent } from './case.js';

/** Members of a JSON object as they are written, repeated and inherited names included; the value is JSON text. */
export type Members = readonly (readonly [name: string, json: string])[];

/** Bytes or text in base64url. */
export const base64url = (content: string | Buffer): string =>
  Buffer.from(content as string).toString('base64url');

/** The header of a good token as JSON text, with members in place of its own or behind them. */
export function headerText({ issuer }: Given, members: Members = []): string {
  return objectText({ alg: 'RS256', typ: 'JWT', kid: issuer.key.kid }, members);
}

/** The same for the payload. */
export function payloadText({ issuer, now }: Given, members: Members = []): string {
  const claims = { iss: issuer.url, sub: 'x', aud: issuer.audience, iat: now, exp: now + 60 };
  return objectText(claims, members);
}

/** An object as JSON text, written member by member. */
export function membersText(members: Members): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

/** Signs two parts, whatever they are, with the issuer's own key. */
export function signed(given: Given, header: string | Buffer, payload: string | Buffer): string {
  return signedText(given, `${base64url(header)}.${base64url(payload)}`);
}

/** Signs a text as it is with the issuer's own RSA key: it need not be two parts in base64url. */
export function signedText({ issuer }: Given, input: string): string {
  const signature = sign('sha256', Buffer.from(input), issuer.key.privateKey);
  return `${input}.${signature.toString('base64url')}`;
}

/** A token whose header has these members. */
export const withHeader =
  (...members: [name: string, json: string][]) =>
  (given: Given): Sent => ({
    token: signed(given, headerText(given, members), payloadText(given)),
  });

/** A token whose payload has these members. */
export const withPayload =
  (...members: [name: string, json: string][]) =>
  (given: Given): Sent => ({
    token: signed(given, headerText(given), payloadText(given, members)),
  });

/** A token with claims as `mint()` of the issuer takes them. */
export const withClaims =
  (claims: (given: Given) => Record<string, unknown>) =>
  (given: Given): Sent => ({ token: given.issuer.mint(claims(given)) });

/** A token, however it is made. */
export const withToken =
  (make: (given: Given) => string) =>
  (given: Given): Sent => ({ token: make(given) });

function objectText(good: Record<string, unknown>, members: Members): string {
  const replaced = new Set(members.map(([name]) => name));
  const kept = Object.entries(good)
    .filter(([name]) => !replaced.has(name))
    .map(([name, value]) => [name, JSON.stringify(value)] as const);
  return membersText([...kept, ...members]);
}
