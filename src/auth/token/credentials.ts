import type { ResolvedDpop } from '../auth.options.js';
import type { Scheme } from '../refusals/challenge.js';
import { nodeRequestOf } from '../node-request.js';
import { InvalidRequestError, MissingTokenError } from '../refusals/auth.errors.js';

/** What is read of a request. */
interface HttpRequest {
  headers?: Record<string, string | string[] | undefined>;
  query?: unknown;
  body?: unknown;
}

/** The access token of a request, and how it was sent. */
export interface Credentials {
  readonly scheme: Scheme;
  readonly token: string;
}

/** What is accepted with each mode of the option `dpop`. */
const ACCEPTED: Readonly<Record<ResolvedDpop['mode'], readonly Scheme[]>> = {
  off: ['Bearer'],
  allowed: ['Bearer', 'DPoP'],
  required: ['DPoP'],
};

/** The schemes that an application accepts, in the order in which it offers them. */
export const schemesOf = ({ mode }: ResolvedDpop): readonly Scheme[] => ACCEPTED[mode];

/** A scheme, whatever follows, but not the beginning of a longer name such as `BearerX`. */
const SCHEMES: Readonly<Record<Scheme, RegExp>> = {
  Bearer: /^Bearer(?![\w!#$%&'*+.^`|~-])/i,
  DPoP: /^DPoP(?![\w!#$%&'*+.^`|~-])/i,
};

/** A scheme, spaces, and exactly one b64token (RFC 6750 §2.1), or token68 (RFC 9449 §7.1). */
const ONE_TOKEN = /^\w+ +[A-Za-z0-9\-._~+/]+=*$/;

/**
 * The access token of a request, read from the `Authorization` header only. Undefined when there is
 * no such header, or it has another scheme.
 *
 * @param schemes those that are accepted.
 * @throws MissingTokenError when the scheme is not followed by exactly one token.
 * @throws InvalidRequestError when there are several `Authorization` headers, or a second token in
 * `access_token` of the query or of a form (RFC 6750 §2).
 */
export function credentialsOf(
  request: object,
  schemes: readonly Scheme[] = ['Bearer'],
): Credentials | undefined {
  const http = request as HttpRequest;
  const headers = headerValues(request, 'authorization');
  if (headers.length > 1) {
    throw new InvalidRequestError({ detail: { reason: 'several Authorization headers' } });
  }
  const header = headers[0];
  const scheme = schemes.find((name) => header !== undefined && SCHEMES[name].test(header));
  if (header === undefined || scheme === undefined) return undefined;
  if (!ONE_TOKEN.test(header)) {
    throw new MissingTokenError({ detail: { reason: `${scheme} is not followed by one token` } });
  }
  if (hasAccessToken(http.query) || (hasAccessToken(http.body) && isForm(http))) {
    throw new InvalidRequestError({ detail: { reason: 'a token also in access_token' } });
  }
  return { scheme, token: header.slice(scheme.length).trimStart() };
}

/** Whether the first `Authorization` header of a request has this scheme. */
export function hasScheme(request: object, scheme: Scheme): boolean {
  return SCHEMES[scheme].test(headerValues(request, 'authorization')[0] ?? '');
}

/** All values of a header. Node drops or joins repeated ones: only `rawHeaders` shows them. */
export function headerValues(request: object, name: string): string[] {
  const values = receivedValues(request, name);
  if (values.length > 0) return values;
  // Adapters that build requests from other events, such as serverless ones, may omit rawHeaders.
  return [(request as HttpRequest).headers?.[name] ?? []].flat();
}

/** The values of a header as Node received them. None on a request that an adapter has built. */
export function receivedValues(request: object, name: string): string[] {
  const { rawHeaders: pairs = [] } = nodeRequestOf(request);
  const values: string[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const header = pairs[index]!;
    const isSame = header.length === name.length && header.toLowerCase() === name;
    if (isSame) values.push(pairs[index + 1]!);
  }
  return values;
}

function hasAccessToken(parameters: unknown): boolean {
  return Object.hasOwn(Object(parameters) as object, 'access_token');
}

function isForm({ headers }: HttpRequest): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(String(headers?.['content-type']));
}
