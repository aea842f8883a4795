import { InvalidRequestError, MissingTokenError } from '../refusals/auth.errors.js';

/** What is read of a request; both adapters have it, Fastify behind `raw`. */
interface HttpRequest {
  raw?: { rawHeaders: string[] };
  rawHeaders?: string[];
  headers: Record<string, string | string[] | undefined>;
  query?: unknown;
  body?: unknown;
}

/** What `credentials` begin with (RFC 6750 §2.1). */
const BEARER = /^Bearer +/i;

/** What follows. One pass, whatever the header holds. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** The scheme `Bearer`, whatever follows it: the name ends where no token character follows (RFC 9110 §5.6.2). */
const BEARER_SCHEME = /^Bearer(?![\w!#$%&'*+.^`|~-])/i;

/**
 * What follows `Bearer` in the `Authorization` header (RFC 6750 §2.1), the only place where a token is looked for;
 * undefined when there is no such header or it is of another scheme. That it has the form of a token, {@link b64token} checks.
 *
 * @throws MissingTokenError when the scheme is `Bearer` and nothing follows, or no token where there is another one.
 * @throws InvalidRequestError when there are several such headers, or a second token in `access_token`
 * of the query or of a form.
 */
export function bearerCredentials(request: object): string | undefined {
  const http = request as HttpRequest;
  const header = authorizationHeader(http);
  if (header === undefined) return undefined;
  const start = BEARER.exec(header)?.[0].length;
  if (start === undefined) return BEARER_SCHEME.test(header) ? notOneToken() : undefined;
  const credentials = header.slice(start);
  if (hasAccessToken(http.query) || (isForm(http) && hasAccessToken(http.body))) {
    b64token(credentials);
    throw new InvalidRequestError({ detail: { reason: 'a token in the header and elsewhere' } });
  }
  return credentials;
}

/**
 * Credentials that are exactly one token.
 *
 * @throws MissingTokenError when they are not.
 */
export function b64token(credentials: string): string {
  return B64TOKEN.test(credentials) ? credentials : notOneToken();
}

function notOneToken(): never {
  throw new MissingTokenError({ detail: { reason: 'Bearer is not followed by one token' } });
}

/** Node drops a second `Authorization` from `headers`; only the raw ones tell. */
function authorizationHeader(request: HttpRequest): string | undefined {
  const raw = (request.raw ?? request).rawHeaders ?? [];
  let found: string | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!;
    if (name.length !== 13 || name.toLowerCase() !== 'authorization') continue;
    if (found !== undefined) {
      throw new InvalidRequestError({ detail: { reason: 'several Authorization headers' } });
    }
    found = raw[index + 1];
  }
  // Adapters that make a request of something else, a serverless event for instance, may leave the raw headers out.
  const parsed = request.headers.authorization;
  return found ?? (typeof parsed === 'string' ? parsed : undefined);
}

function hasAccessToken(parameters: unknown): boolean {
  return (
    typeof parameters === 'object' &&
    parameters !== null &&
    Object.hasOwn(parameters, 'access_token')
  );
}

function isForm({ headers }: HttpRequest): boolean {
  const type = headers['content-type'];
  return typeof type === 'string' && /^application\/x-www-form-urlencoded\b/i.test(type);
}
