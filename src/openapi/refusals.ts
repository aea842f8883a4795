import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { type AccessRule, AUTH_ERROR_CODES, type AuthErrorName } from '../auth/index.js';
import { databaseUnavailable } from '../database/outage.filter.js';
import type { Failure } from './operation.decorator.js';
import { convertSchema } from './schema.js';

type Components = Required<
  Pick<NonNullable<OpenAPIObject['components']>, 'schemas' | 'headers' | 'responses'>
>;

/** What decides which refusals an operation can answer with. */
export interface Refusable {
  rule: AccessRule;
  /** How a token that fails `@Claim()` is refused: the option of `AuthModule`. */
  claimFailure: 'invalid_token' | 'insufficient_scope';
  failures: readonly Failure[];
  hasInput: boolean;
  hasBody: boolean;
  hasPathParameter: boolean;
}

/** One reason for a refusal. Several with the same status are one response of an operation. */
interface Reason {
  name: string;
  status: number;
  description: string;
  body: z.ZodType;
  header?: 'WWW-Authenticate' | 'Retry-After';
  applies: (operation: Refusable) => boolean;
}

/** Body of an error that is not about the token: Nest's form. */
const httpError = z
  .object({
    statusCode: z.int(),
    message: z.union([z.string(), z.array(z.string())]),
    error: z.string().optional(),
  })
  .meta({ id: 'HttpError' });

/** Body of a refused token. */
const tokenRefusal = (id: string, error: AuthErrorName) =>
  z
    .object({
      error: z.literal(error),
      error_description: z.string(),
      code: z.enum(AUTH_ERROR_CODES[error] as readonly string[] as [string]),
    })
    .meta({ id });

const takesToken = ({ rule }: Refusable) => rule.access !== 'public';

const REASONS: readonly Reason[] = [
  {
    name: 'BadInput',
    status: 400,
    description: 'The input is refused; `message` has the field and the reason for each fault.',
    body: httpError,
    applies: ({ hasInput }) => hasInput,
  },
  {
    name: 'CredentialsRepeated',
    status: 400,
    description: 'The request carries credentials more than once.',
    body: tokenRefusal('InvalidRequest', 'invalid_request'),
    header: 'WWW-Authenticate',
    applies: takesToken,
  },
  {
    name: 'TokenRefused',
    status: 401,
    description:
      'The access token is missing (then the body is empty) or refused; `code` says why.',
    body: tokenRefusal('InvalidToken', 'invalid_token'),
    header: 'WWW-Authenticate',
    applies: takesToken,
  },
  {
    name: 'NotGranted',
    status: 403,
    description: 'The access token lacks what the operation requires.',
    body: tokenRefusal('InsufficientScope', 'insufficient_scope'),
    header: 'WWW-Authenticate',
    applies: ({ rule, claimFailure }) =>
      rule.scopes.length > 0 || (rule.claims.length > 0 && claimFailure === 'insufficient_scope'),
  },
  {
    name: 'Forbidden',
    status: 403,
    description: "What it would change is somebody else's, or the token names no subject.",
    body: httpError,
    applies: ({ failures }) => failures.includes('forbidden'),
  },
  {
    name: 'NotFound',
    status: 404,
    description: 'There is nothing by this identifier.',
    body: httpError,
    applies: ({ hasPathParameter }) => hasPathParameter,
  },
  {
    name: 'TooLarge',
    status: 413,
    description: 'The body is larger than 64 KiB.',
    body: httpError,
    applies: ({ hasBody }) => hasBody,
  },
  {
    name: 'UnsupportedMediaType',
    status: 415,
    description: 'The body is not JSON.',
    body: httpError,
    applies: ({ hasBody }) => hasBody,
  },
  {
    name: 'TokenUndecided',
    status: 503,
    description: 'The access token can be neither accepted nor refused now.',
    body: tokenRefusal('TemporarilyUnavailable', 'temporarily_unavailable'),
    header: 'Retry-After',
    applies: takesToken,
  },
  {
    name: 'DatabaseAway',
    status: 503,
    description: 'The database is unavailable.',
    body: databaseUnavailable,
    header: 'Retry-After',
    applies: ({ failures }) => failures.includes('database'),
  },
];

const HEADERS: Components['headers'] = {
  'WWW-Authenticate': {
    description:
      'The challenge (RFC 6750 §3): `Bearer`, with `error`, `error_description` and `scope` where they apply.',
    schema: { type: 'string' },
    example:
      'Bearer error="insufficient_scope", error_description="The access token lacks a required scope.", scope="read:messages"',
  },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    schema: { type: 'integer', minimum: 1 },
  },
};

/** The refusals of a document: each operation refers to them, and those that are referred to become components. */
export class Refusals {
  readonly components: Components = { schemas: {}, headers: {}, responses: {} };

  /** The refusals an operation can answer with, by status. */
  of(operation: Refusable): Record<string, { $ref: string }> {
    const applying = REASONS.filter(({ applies }) => applies(operation));
    const statuses = [...new Set(applying.map(({ status }) => status))];
    return Object.fromEntries(
      statuses.map((status) => {
        const reasons = applying.filter((reason) => reason.status === status);
        return [String(status), this.refer(reasons)];
      }),
    );
  }

  private refer(reasons: readonly Reason[]): { $ref: string } {
    const name = reasons.map((reason) => reason.name).join('Or');
    this.components.responses[name] ??= this.response(reasons);
    return { $ref: `#/components/responses/${name}` };
  }

  private response(reasons: readonly Reason[]) {
    const headers = reasons.flatMap(({ header }) => header ?? []);
    for (const header of headers) this.components.headers[header] = HEADERS[header]!;
    const bodies = reasons.map(({ body }) => {
      const { schema, components } = convertSchema(body);
      Object.assign(this.components.schemas, components);
      return schema;
    });
    return {
      description: reasons.map(({ description }) => description).join(' Or: '),
      ...(headers.length > 0 && {
        headers: Object.fromEntries(
          headers.map((header) => [header, { $ref: `#/components/headers/${header}` }]),
        ),
      }),
      content: {
        'application/json': { schema: bodies.length === 1 ? bodies[0]! : { oneOf: bodies } },
      },
    };
  }
}
