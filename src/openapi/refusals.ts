import type { ReferenceObject, ResponseObject } from '@nestjs/swagger';
import { z } from 'zod';
import {
  type AccessRule,
  AUTH_ERROR_CODES,
  type AuthErrorName,
  type ResolvedAuthOptions,
} from '../auth/index.js';
import { databaseUnavailable } from '../database/outage.filter.js';
import type { Failure } from './operation.decorator.js';
import { type Components, convertSchema } from './schema.js';

/** What decides which refusals an operation can answer with. */
export interface Refusable {
  rule: AccessRule;
  claimFailure: ResolvedAuthOptions['claimFailure'];
  failures: readonly Failure[];
  hasBody: boolean;
  hasQuery: boolean;
  hasPathParameter: boolean;
}

/** A reason for a refusal. Reasons with the same status become one response of an operation. */
interface Reason {
  /** Part of the name of the response in the document. */
  name: string;
  status: number;
  description: string;
  bodies: readonly z.ZodType[];
  header?: keyof typeof HEADERS;
  applies: (operation: Refusable) => boolean;
}

/** Nest's own body of an error. */
const httpError = z
  .object({
    statusCode: z.int(),
    message: z.union([z.string(), z.array(z.string())]),
    error: z.string().optional(),
  })
  .meta({ id: 'HttpError' });

const missingToken = z
  .object({ statusCode: z.literal(401), message: z.literal('Unauthorized') })
  .meta({ id: 'MissingToken' });

/** The body of a refusal by `AuthModule`. */
const authError = (id: string, statusCode: number, error: AuthErrorName) =>
  z
    .object({
      statusCode: z.literal(statusCode),
      message: z.string(),
      error: z.literal(error),
      error_description: z.string(),
      code: z.enum(AUTH_ERROR_CODES[error] as readonly string[]),
    })
    .meta({ id });

const HEADERS = {
  'WWW-Authenticate': {
    description:
      'The challenge (RFC 6750 §3): `Bearer`, with `error`, `error_description` and `scope` ' +
      'where they apply.',
    schema: { type: 'string' },
    example:
      'Bearer error="insufficient_scope", ' +
      'error_description="The access token lacks a required scope.", scope="read:messages"',
  },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    schema: { type: 'integer', minimum: 1 },
  },
} satisfies Components['headers'];

const takesToken = ({ rule }: Refusable) => rule.access !== 'public';

const REASONS: readonly Reason[] = [
  {
    name: 'InvalidInput',
    status: 400,
    description: 'The input is invalid; `message` lists the fields and the reasons.',
    bodies: [httpError],
    applies: ({ hasBody, hasQuery }) => hasBody || hasQuery,
  },
  {
    name: 'InvalidRequest',
    status: 400,
    description: 'The request carries credentials more than once.',
    bodies: [authError('InvalidRequest', 400, 'invalid_request')],
    header: 'WWW-Authenticate',
    applies: takesToken,
  },
  {
    name: 'InvalidToken',
    status: 401,
    description: 'The access token is missing or invalid; `code` has the reason.',
    bodies: [authError('InvalidToken', 401, 'invalid_token'), missingToken],
    header: 'WWW-Authenticate',
    applies: takesToken,
  },
  {
    name: 'InsufficientScope',
    status: 403,
    description: 'The access token does not grant what the operation requires.',
    bodies: [authError('InsufficientScope', 403, 'insufficient_scope')],
    header: 'WWW-Authenticate',
    applies: ({ rule, claimFailure }) =>
      rule.scopes.length > 0 || (rule.claims.length > 0 && claimFailure === 'insufficient_scope'),
  },
  {
    name: 'Forbidden',
    status: 403,
    description: 'The resource belongs to another subject, or the access token has no `sub`.',
    bodies: [httpError],
    applies: ({ failures }) => failures.includes('forbidden'),
  },
  {
    name: 'NotFound',
    status: 404,
    description: 'There is no resource with this identifier.',
    bodies: [httpError],
    applies: ({ hasPathParameter }) => hasPathParameter,
  },
  {
    name: 'PayloadTooLarge',
    status: 413,
    description: 'The body is larger than 64 KiB.',
    bodies: [httpError],
    applies: ({ hasBody }) => hasBody,
  },
  {
    name: 'UnsupportedMediaType',
    status: 415,
    description: 'The body is not JSON.',
    bodies: [httpError],
    applies: ({ hasBody }) => hasBody,
  },
  {
    name: 'TemporarilyUnavailable',
    status: 503,
    description: 'The API cannot check the access token at the moment.',
    bodies: [authError('TemporarilyUnavailable', 503, 'temporarily_unavailable')],
    header: 'Retry-After',
    applies: takesToken,
  },
  {
    name: 'DatabaseUnavailable',
    status: 503,
    description: 'The database is unavailable.',
    bodies: [databaseUnavailable],
    header: 'Retry-After',
    applies: ({ failures }) => failures.includes('database'),
  },
];

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

function responseFor(reasons: readonly Reason[], { schemas, headers }: Components): ResponseObject {
  const bodies = reasons
    .flatMap((reason) => reason.bodies)
    .map((body) => {
      const { schema, components } = convertSchema(body);
      Object.assign(schemas, components);
      return schema;
    });
  const response: ResponseObject = {
    description: reasons.map(({ description }) => description).join(' Or: '),
    content: {
      'application/json': { schema: bodies.length === 1 ? bodies[0]! : { anyOf: bodies } },
    },
  };
  for (const name of reasons.flatMap(({ header }) => header ?? [])) {
    headers[name] = HEADERS[name];
    response.headers = { ...response.headers, [name]: { $ref: `#/components/headers/${name}` } };
  }
  return response;
}
