import { type ExecutionContext, Logger } from '@nestjs/common';
import { authOf } from '../request-auth.js';
import type { AuthError } from './auth.errors.js';

/** Bounds on what a token can write into the log. */
const MAX_STRING = 200;
const MAX_MEMBERS = 10;
const MAX_DEPTH = 2;

/** The parts of a request that are logged: `id` and `routeOptions` on Fastify, `route` on Express. */
interface LoggedRequest {
  method: string;
  headers: Record<string, unknown>;
  id?: unknown;
  routeOptions?: { url?: string };
  route?: { path?: string };
}

const logger = new Logger('AuthModule');

/** Writes one line per refusal: the reason, what was expected and what came, and never the token. */
export function logRefusal(error: AuthError, context: ExecutionContext): void {
  const request = context.switchToHttp().getRequest<LoggedRequest>();
  const line = {
    status: error.getStatus(),
    code: error.code,
    route: `${request.method} ${patternOf(request)}`,
    handler: `${context.getClass().name}.${context.getHandler().name}`,
    sub: authOf(request)?.payload.sub,
    requestId: requestIdOf(request),
    ...causeOf(error),
    ...error.detail,
  };
  // A request without credentials is how a client asks what is needed: that is not a warning.
  const level = error.code ? 'warn' : 'log';
  try {
    logger[level](`Refused: ${error.message}`, brief(line));
  } catch {
    // A logger that fails must not turn the refusal into a 500.
  }
}

/** The route as declared. Not the URL: clients put tokens into URLs. */
function patternOf({ routeOptions, route }: LoggedRequest): string | undefined {
  return routeOptions?.url ?? route?.path;
}

/** The server's id. Express has none, so the client's is used if it is well-formed. */
function requestIdOf({ id, headers }: LoggedRequest): unknown {
  const sent = headers['x-request-id'];
  return id ?? (typeof sent === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(sent) ? sent : undefined);
}

/** The cause of a refusal. Where a function of the application failed, the stack shows where. */
function causeOf({ cause, code }: AuthError): { cause?: unknown; stack?: string[] } {
  if (!(cause instanceof Error)) return { cause };
  const isOfApplication = code === 'claim_requirement' || code === 'revocation_unavailable';
  const stack = isOfApplication ? cause.stack?.split('\n').slice(1, 6) : undefined;
  return { cause: cause.message || cause.name, stack: stack?.map((line) => line.trim()) };
}

/** Bounds what a token brings along, so that it cannot flood the log. */
function brief(line: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(line).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, cut(value, MAX_DEPTH)]));
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_STRING);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    return value.slice(0, MAX_MEMBERS).map((element) => cut(element, depth - 1));
  }
  const members = Object.entries(value).slice(0, MAX_MEMBERS);
  return Object.fromEntries(
    members.map(([name, member]) => [name.slice(0, MAX_STRING), cut(member, depth - 1)]),
  );
}
