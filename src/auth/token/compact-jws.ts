import { isUtf8 } from 'node:buffer';
import type { AccessTokenHeader } from './claims.js';
import { isTooComplex } from '../json-complexity.js';
import { InvalidTokenError } from '../refusals/auth.errors.js';

/** Longest token that is looked at, in characters. */
export const MAX_TOKEN_LENGTH = 12 * 1024;

/** `typ` of an access token (RFC 9068 §2.1), or what issuers wrote before it, in lower case. */
const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/** A token whose form is right; nothing in it is verified. */
export interface CompactJws {
  readonly token: string;
  readonly header: AccessTokenHeader;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signature: Buffer;
}

/** The header of a token that was accepted before: all tokens of one key begin with the same text. */
export interface KnownHeader {
  readonly segment: string;
  readonly header: AccessTokenHeader;
}

/**
 * Reads an access token in JWS compact form (RFC 7515 §7.1) and checks all of its form and header that
 * can be judged without a key. It is parsed here and nowhere else: of repeated members of a JSON object the last counts.
 *
 * @param known spares reading the same header again.
 * @throws InvalidTokenError `token_malformed`, `critical_header` or `type_not_allowed`.
 */
export function readCompactJws(token: string, known?: KnownHeader): CompactJws {
  if (token.length > MAX_TOKEN_LENGTH) malformed(`longer than ${MAX_TOKEN_LENGTH} characters`);
  const segments = token.split('.', 4);
  if (segments.length !== 3) malformed('not three parts');
  const [first, second, third] = segments as [string, string, string];
  const header = first === known?.segment ? known.header : readHeader(first);
  const payload = jsonObject(second, 'payload');
  return { token, header, payload, signature: decode(third, 'signature') };
}

/** Whether a token calls itself an access token by its `typ` (RFC 9068 §2.1), and so is no ID token. */
export function isAccessTokenType({ typ }: AccessTokenHeader): boolean {
  return typ !== undefined && /^(?:application\/)?at\+jwt$/i.test(typ);
}

function readHeader(segment: string): AccessTokenHeader {
  const header = jsonObject(segment, 'header');
  const own = (name: string) => (Object.hasOwn(header, name) ? header[name] : undefined);
  if (typeof own('alg') !== 'string') malformed('the header has no alg');
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) {
    throw new InvalidTokenError('critical_header', { detail: { crit: own('crit') } });
  }
  if (Object.hasOwn(header, 'kid') && (typeof header.kid !== 'string' || header.kid === '')) {
    malformed('the kid is no non-empty text');
  }
  if (Object.hasOwn(header, 'typ')) {
    const typ = header.typ;
    if (typeof typ !== 'string' || !TYPES.has(typ.toLowerCase())) {
      throw new InvalidTokenError('type_not_allowed', {
        detail: { expected: [...TYPES], actual: typ },
      });
    }
  }
  return header as AccessTokenHeader;
}

function jsonObject(segment: string, part: string): Record<string, unknown> {
  const bytes = decode(segment, part);
  if (!isUtf8(bytes)) malformed(`the ${part} is no UTF-8`);
  const text = bytes.toString();
  if (isTooComplex(text)) malformed(`the ${part} nests too deep or has too many parts`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    malformed(`the ${part} is no JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    malformed(`the ${part} is no JSON object`);
  }
  return value as Record<string, unknown>;
}

/**
 * The bytes of a part: not empty, in base64url without padding (RFC 7515 §2), and in the one text that stands for them. Node
 * reads others too, with characters skipped or bits left over; they are not what comes back.
 */
function decode(segment: string, part: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  const isCanonical = segment !== '' && bytes.toString('base64url') === segment;
  return isCanonical ? bytes : malformed(`the ${part} is no base64url`);
}

function malformed(reason: string): never {
  throw new InvalidTokenError('token_malformed', { detail: { reason } });
}
