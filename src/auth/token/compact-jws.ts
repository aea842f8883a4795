import { isUtf8 } from 'node:buffer';
import { InvalidTokenError } from '../refusals/auth.errors.js';

/** Longest token that is read, in characters. */
const MAX_TOKEN_LENGTH = 12 * 1024;

/** `typ` of an access token (RFC 9068 §2.1), in lower case. */
const AT_JWT = ['at+jwt', 'application/at+jwt'];

/** The same, and what issuers wrote before RFC 9068. */
const ACCESS_TOKEN_TYPES = ['jwt', ...AT_JWT];

/** JOSE header of a token (RFC 7515 §4.1). */
export interface AccessTokenHeader {
  alg: string;
  kid?: string;
  typ?: string;
  [parameter: string]: unknown;
}

/** A token of the right form. Nothing in it is verified. */
export interface CompactJws {
  readonly header: AccessTokenHeader;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * Reads a token in JWS compact form (RFC 7515 §7.1) and checks everything about its form
 * and header that needs no key. Where a member of a JSON object is repeated, the last one counts.
 *
 * @param types values that `typ` may have, in lower case. It may be absent as well.
 * @throws InvalidTokenError `token_malformed`, `critical_header` or `type_not_allowed`.
 */
export function readCompactJws(
  token: string,
  types: readonly string[] = ACCESS_TOKEN_TYPES,
): CompactJws {
  if (typeof token !== 'string') malformed('not a string');
  if (token.length > MAX_TOKEN_LENGTH) malformed(`longer than ${MAX_TOKEN_LENGTH} characters`);
  const parts = token.split('.', 4);
  if (parts.length !== 3) malformed('not three parts');
  const [header, payload, signature] = parts as [string, string, string];
  const jws = { header: readHeader(header, types), payload: jsonObject(payload, 'payload') };
  decode(signature, 'signature');
  return jws;
}

/** Whether `typ` declares an access token (RFC 9068 §2.1), which rules out an ID token. */
export function isAccessTokenType({ typ }: AccessTokenHeader): boolean {
  return typ !== undefined && AT_JWT.includes(typ.toLowerCase());
}

function readHeader(part: string, types: readonly string[]): AccessTokenHeader {
  const header = jsonObject(part, 'header');
  const own = (name: string) => (Object.hasOwn(header, name) ? header[name] : undefined);
  if (typeof own('alg') !== 'string') malformed('the header has no alg');
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) {
    throw new InvalidTokenError('critical_header', { detail: { crit: own('crit') } });
  }
  if (Object.hasOwn(header, 'kid') && (typeof header.kid !== 'string' || header.kid === '')) {
    malformed('the kid is not a non-empty string');
  }
  const typ = own('typ');
  const isAllowed = typeof typ === 'string' && types.includes(typ.toLowerCase());
  if (Object.hasOwn(header, 'typ') && !isAllowed) {
    throw new InvalidTokenError('type_not_allowed', { detail: { expected: types, actual: typ } });
  }
  return header as AccessTokenHeader;
}

function jsonObject(part: string, name: string): Record<string, unknown> {
  const bytes = decode(part, name);
  if (!isUtf8(bytes)) malformed(`the ${name} is not UTF-8`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    malformed(`the ${name} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    malformed(`the ${name} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

/**
 * Decodes strict base64url without padding (RFC 7515 §2). Node also reads text with other
 * characters or with unused bits set; such text does not come back when it is encoded again.
 */
function decode(part: string, name: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  const isCanonical = part !== '' && bytes.toString('base64url') === part;
  return isCanonical ? bytes : malformed(`the ${name} is not base64url`);
}

function malformed(reason: string): never {
  throw new InvalidTokenError('token_malformed', { detail: { reason } });
}
