import { InvalidRequestError, MissingTokenError } from '../refusals/auth.errors.js';

/** What is read of a request. `raw` is Node's request on Fastify. */
interface HttpRequest {
  raw?: { rawHeaders: string[] };
  rawHeaders?: string[];
  headers: Record<string, string | string[] | undefined>;
  query?: unknown;
  body?: unknown;
}

/** The scheme `Bearer`, whatever follows, but not a longer name such as `BearerX`. */
const BEARER_SCHEME = /^Bearer(?![\w!#$%&'*+.^`|~-])/i;

/** `Bearer`, spaces, and exactly one b64token (RFC 6750 §2.1). */
const BEARER_TOKEN = /^Bearer +[A-Za-z0-9\-._~+/]+=*$/i;

/**
 * The bearer token of a request, read from the `Authorization` header only (RFC 6750 §2.1).
 * Undefined when there is no such header or it has another scheme.
 *
 * @throws MissingTokenError when `Bearer` is not followed by exactly one token.
 * @throws InvalidRequestError when there are several `Authorization` headers, or a second token in
 * `access_token` of the query or of a form (RFC 6750 §2).
 */
export function bearerToken(request: object): string | undefined {
  const http = request as HttpRequest;
  const header = authorizationHeader(http);
  if (header === undefined || !BEARER_SCHEME.test(header)) return undefined;
  if (!BEARER_TOKEN.test(header)) {
    throw new MissingTokenError({ detail: { reason: 'Bearer is not followed by one token' } });
  }
  if (hasAccessToken(http.query) || (hasAccessToken(http.body) && isForm(http))) {
    throw new InvalidRequestError({ detail: { reason: 'a token also in access_token' } });
  }
  return header.slice(header.lastIndexOf(' ') + 1);
}

/** Node drops a second `Authorization` header from `headers`: only `rawHeaders` shows it. */
function authorizationHeader(request: HttpRequest): string | undefined {
  const raw = (request.raw ?? request).rawHeaders ?? [];
  const values: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    if (raw[index]!.toLowerCase() === 'authorization') values.push(raw[index + 1]!);
  }
  if (values.length > 1) {
    throw new InvalidRequestError({ detail: { reason: 'several Authorization headers' } });
  }
  // Adapters that build requests from other events, such as serverless ones, may omit rawHeaders.
  const parsed = request.headers.authorization;
  return values[0] ?? (typeof parsed === 'string' ? parsed : undefined);
}

function hasAccessToken(parameters: unknown): boolean {
  return Object.hasOwn(Object(parameters) as object, 'access_token');
}

function isForm({ headers }: HttpRequest): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(String(headers['content-type']));
}
