import { type ExecutionContext, Logger } from '@nestjs/common';
import { carrierOf, requestOf } from '../contexts/execution-context.js';
import { authOf } from '../request-auth.js';
import type { AuthError } from './auth.errors.js';

/** Bounds on what a token can write into the log. */
const MAX_STRING = 200;
const MAX_MEMBERS = 20;
const MAX_DEPTH = 3;

/** What is logged of a request: `id` and `routeOptions` on Fastify, `route` on Express. */
interface LoggedRequest {
  method: string;
  headers: Record<string, unknown>;
  id?: unknown;
  routeOptions?: { url?: string };
  route?: { path?: string };
}

const logger = new Logger('AuthModule');

/** Writes one line per refusal: the reason, what was expected and what came, not the token. */
export function logRefusal(error: AuthError, context: ExecutionContext): void {
  const type = context.getType<string>();
  const line = {
    status: error.getStatus(),
    code: error.code,
    context: type === 'http' ? undefined : type,
    ...requestLine(requestOf(context) as LoggedRequest | undefined),
    handler: `${context.getClass().name}.${context.getHandler().name}`,
    sub: authOf(carrierOf(context))?.payload.sub,
    ...causeOf(error),
    ...error.detail,
  };
  // A request without credentials is how a client asks what is needed: that is not a warning.
  const level = error.code || error.cause ? 'warn' : 'log';
  try {
    logger[level](`Refused: ${error.message}`, brief(line, MAX_DEPTH));
  } catch {
    // A logger that fails must not turn the refusal into a 500.
  }
}

function requestLine(request: LoggedRequest | undefined) {
  if (!request) return {};
  const { routeOptions, route, method, id, headers } = request;
  // The route as declared, not the URL: clients put tokens into URLs.
  const path = routeOptions?.url ?? route?.path;
  return { route: path && `${method} ${path}`, requestId: id ?? headers['x-request-id'] };
}

/** The cause of a refusal. Where a function of the application failed, the stack shows where. */
function causeOf({ cause, code }: AuthError): { cause?: unknown; stack?: string[] } {
  if (!(cause instanceof Error)) return { cause };
  // Without a code it is the option `getToken`.
  const isOfApplication =
    !code || code === 'claim_requirement' || code === 'revocation_unavailable';
  const stack = isOfApplication ? cause.stack?.split('\n').slice(1, 6) : undefined;
  return { cause: cause.message || cause.name, stack: stack?.map((line) => line.trim()) };
}

/** Bounds what a client brings along, so that it cannot flood the log. */
function brief(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_STRING);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    return value.slice(0, MAX_MEMBERS).map((element) => brief(element, depth - 1));
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members
      .slice(0, MAX_MEMBERS)
      .map(([name, member]) => [name.slice(0, MAX_STRING), brief(member, depth - 1)]),
  );
}
