import type { ReferenceObject, ResponseObject } from '@nestjs/swagger';
import { z } from 'zod';
import {
  type AccessRule,
  AUTH_ERROR_CODES,
  type AuthError,
  DpopNonceError,
  DpopProofError,
  InsufficientAuthenticationError,
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  LogoutTokenError,
  MissingTokenError,
  type ResolvedAuthOptions,
  TemporarilyUnavailableError,
} from '../auth/index.js';
import { DATABASE_UNAVAILABLE, databaseUnavailable } from '../database/outage.filter.js';
import type { Failure } from './operation.decorator.js';
import { NOT_READY, notReady } from './not-ready.js';
import { type Components, convertSchema } from './schema.js';

/** What decides which refusals an operation can answer with. */
export interface Refusable {
  rule: AccessRule;
  claimFailure: ResolvedAuthOptions['claimFailure'];
  /** Whether tokens may come with a proof (RFC 9449). */
  takesProof: boolean;
  failures: readonly Failure[];
  hasBody: boolean;
  hasQuery: boolean;
  hasPathParameter: boolean;
}

/** A reason for a refusal. Reasons with the same status become one response of an operation. */
interface Reason extends Body {
  description: string;
  applies: (operation: Refusable) => boolean;
}

interface Body {
  /** Name of the example, and part of the name of the response. */
  name: string;
  status: number;
  schema: z.ZodType;
  example: unknown;
  header?: keyof typeof HEADERS;
}

/** Nest's own body of an error. */
const httpErrorSchema = z
  .object({
    statusCode: z.int(),
    message: z.union([z.string(), z.array(z.string())]),
    error: z.string().optional(),
  })
  .meta({ id: 'HttpError' });

function httpError(name: string, status: number, message: string | string[], error?: string): Body {
  return { name, status, schema: httpErrorSchema, example: { statusCode: status, message, error } };
}

/** The body of a refusal by `AuthModule`. */
function authError(name: string, error: AuthError): Body {
  const status = error.getStatus();
  const schema = z
    .object({
      statusCode: z.literal(status),
      message: z.string(),
      error: z.literal(error.error),
      error_description: z.string(),
      code: z.enum(AUTH_ERROR_CODES[error.error!] as readonly string[]),
    })
    .meta({ id: name });
  const header = error.challenge === undefined ? 'Retry-After' : 'WWW-Authenticate';
  return { name, status, schema, example: error.getResponse(), header };
}

const missingToken = z
  .object({ statusCode: z.literal(401), message: z.literal('Unauthorized') })
  .meta({ id: 'MissingToken' });

/** OpenID Connect Back-Channel Logout 1.0 §2.8. */
const logoutTokenRefused = z
  .object({ error: z.literal('invalid_request'), error_description: z.string() })
  .meta({ id: 'LogoutTokenRefused' });

const LACKS_SCOPE = new InsufficientScopeError(['read:messages']);

const HEADERS = {
  'WWW-Authenticate': {
    description:
      'The challenge (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3): `Bearer` or `DPoP`, with ' +
      '`error`, `error_description`, `scope`, `acr_values` and `max_age` where they apply.',
    schema: { type: 'string' },
    example: LACKS_SCOPE.challenge,
  },
  'DPoP-Nonce': {
    description: 'The nonce for the next proof (RFC 9449 §9).',
    schema: { type: 'string' },
    example: 'Kq3l7c1TUE1oV8yGmB2r6Y5dXw0zJ4sN9aHfQpLbCvE',
  },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    schema: { type: 'integer', minimum: 1 },
    example: 5,
  },
} satisfies Components['headers'];

const takesToken = ({ rule }: Refusable) => rule.access !== 'public';
const takesProof = (operation: Refusable) => operation.takesProof && takesToken(operation);
const takesLogout = ({ failures }: Refusable) => failures.includes('logoutToken');
const takesBody = ({ hasBody }: Refusable) => hasBody;

const REASONS: readonly Reason[] = [
  {
    ...httpError('InvalidInput', 400, ['author: is not a known field'], 'Bad Request'),
    description: 'The input is invalid; `message` lists the fields and the reasons.',
    applies: ({ hasBody, hasQuery }) => hasBody || hasQuery,
  },
  {
    ...authError('InvalidRequest', new InvalidRequestError()),
    description: 'The request carries credentials more than once.',
    applies: takesToken,
  },
  {
    ...authError('InvalidToken', new InvalidTokenError('token_expired')),
    description: 'The access token is not valid; `code` has the reason.',
    applies: takesToken,
  },
  {
    name: 'MissingToken',
    status: 401,
    schema: missingToken,
    example: new MissingTokenError().getResponse(),
    header: 'WWW-Authenticate',
    description: 'There is no access token.',
    applies: takesToken,
  },
  {
    ...authError('InvalidDpopProof', new DpopProofError('The request has no DPoP proof.')),
    description: 'The DPoP proof is missing or not valid.',
    applies: takesProof,
  },
  {
    ...authError('DpopNonceRequired', new DpopNonceError('')),
    header: 'DPoP-Nonce',
    description: 'The DPoP proof needs the nonce of the header `DPoP-Nonce`.',
    applies: takesProof,
  },
  {
    ...authError(
      'InsufficientAuthentication',
      new InsufficientAuthenticationError({ maxAgeSec: 300 }),
    ),
    description: 'The login is too old or too weak; `max_age` and `acr_values` name what suffices.',
    applies: ({ rule }) => rule.stepUp.length > 0,
  },
  {
    ...authError('InsufficientScope', LACKS_SCOPE),
    description: 'The access token does not grant what the operation requires.',
    applies: ({ rule, claimFailure }) =>
      rule.scopes.length > 0 || (rule.claims.length > 0 && claimFailure === 'insufficient_scope'),
  },
  {
    ...httpError('NotAuthor', 403, 'Only its author may change a message', 'Forbidden'),
    description:
      'The resource belongs to another subject, and only its author may change it. There is no ' +
      'challenge, because no scope would help.',
    applies: ({ failures }) => failures.includes('notAuthor'),
  },
  {
    ...httpError(
      'NoSubject',
      403,
      'Writing needs an access token with a sub of 1 to 255 characters',
      'Forbidden',
    ),
    description: 'The access token has no `sub` to write for.',
    applies: ({ failures }) => failures.includes('noSubject'),
  },
  {
    ...httpError('NotFound', 404, 'No such message', 'Not Found'),
    description: 'The resource does not exist.',
    applies: ({ hasPathParameter, failures }) => hasPathParameter || failures.includes('notFound'),
  },
  {
    ...httpError('PayloadTooLarge', 413, 'Request body is too large'),
    description: 'The body is larger than 64 KiB.',
    applies: takesBody,
  },
  {
    ...httpError('UnsupportedMediaType', 415, 'Unsupported Media Type'),
    description: 'The body is not JSON.',
    applies: takesBody,
  },
  {
    name: 'LogoutTokenRefused',
    status: 400,
    schema: logoutTokenRefused,
    example: new LogoutTokenError('The logout token has expired.').getResponse(),
    description: 'The logout token is refused.',
    applies: takesLogout,
  },
  {
    ...httpError('FormTooLarge', 413, 'Request body is too large'),
    description: 'The form is larger than 16 KiB.',
    applies: takesLogout,
  },
  {
    ...httpError('FormExpected', 415, 'Unsupported Media Type'),
    description: 'The body is not a form.',
    applies: takesLogout,
  },
  {
    ...httpError(
      'KeyReused',
      422,
      'This Idempotency-Key was used with another body',
      'Unprocessable Entity',
    ),
    description: 'The `Idempotency-Key` belongs to a request with another body.',
    applies: ({ failures }) => failures.includes('keyReused'),
  },
  {
    ...authError('TemporarilyUnavailable', new TemporarilyUnavailableError('keys_unavailable', 5)),
    description: 'The API cannot check the token at the moment.',
    applies: (operation) => takesToken(operation) || operation.failures.includes('keys'),
  },
  {
    name: 'DatabaseUnavailable',
    status: 503,
    schema: databaseUnavailable,
    example: DATABASE_UNAVAILABLE,
    header: 'Retry-After',
    description: 'The database is unavailable.',
    applies: ({ failures }) => failures.includes('database'),
  },
  {
    name: 'NotReady',
    status: 503,
    schema: notReady,
    example: NOT_READY,
    description: 'Requests cannot be served: `error` names the part that fails.',
    applies: ({ failures }) => failures.includes('notReady'),
  },
];

const TOO_MANY_REQUESTS: Omit<Reason, 'applies'> = {
  ...httpError('TooManyRequests', 429, 'Too Many Requests'),
  header: 'Retry-After',
  description: 'The client has made more requests than it may make in a minute.',
};

/** The refusal by the rate limit. Adds what it refers to. */
export function tooManyRequests(components: Components): ReferenceObject {
  const { name } = TOO_MANY_REQUESTS;
  components.responses[name] = responseFor([TOO_MANY_REQUESTS], components);
  return { $ref: `#/components/responses/${name}` };
}

/** The refusals that an operation can answer with, by status. Adds what they refer to. */
export function refusalsOf(
  operation: Refusable,
  components: Components,
): Record<string, ReferenceObject> {
  const applying = REASONS.filter(({ applies }) => applies(operation));
  const statuses = new Set(applying.map(({ status }) => status));
  const responses = [...statuses].map((status) => {
    const reasons = applying.filter((reason) => reason.status === status);
    const name = reasons.map((reason) => reason.name).join('Or');
    components.responses[name] ??= responseFor(reasons, components);
    return [status, { $ref: `#/components/responses/${name}` }] as const;
  });
  return Object.fromEntries(responses);
}

function responseFor(
  reasons: readonly Omit<Reason, 'applies'>[],
  { schemas, headers }: Components,
): ResponseObject {
  const bodies = [...new Set(reasons.map(({ schema }) => schema))];
  const { schema, components } = convertSchema(bodies.length === 1 ? bodies[0]! : z.union(bodies));
  Object.assign(schemas, components);
  const examples = reasons.map(({ name, example }) => [name, { value: example }] as const);
  const response: ResponseObject = {
    description: reasons.map(({ description }) => description).join(' Or: '),
    content: { 'application/json': { schema, examples: Object.fromEntries(examples) } },
  };
  for (const name of reasons.flatMap(({ header }) => header ?? [])) {
    headers[name] = HEADERS[name];
    response.headers = { ...response.headers, [name]: { $ref: `#/components/headers/${name}` } };
  }
  return response;
}
