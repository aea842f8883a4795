import { type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { authOf } from '../request-auth.js';
import { AuthError } from './auth.errors.js';

/** Longest text of a token that gets into the log, in characters. */
const MAX_LOGGED = 200;

/** The same for lists and objects. */
const MAX_MEMBERS = 10;
const MAX_DEPTH = 2;

/** Sets the headers of a refusal, writes its log line, and throws it: the way of every guard to say no. */
@Injectable()
export class Refusals {
  private readonly logger = new Logger('AuthModule');

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** The headers are set here and not in a filter, so that an application's catch-all filter cannot lose them. */
  refuse(error: AuthError, context: ExecutionContext): never {
    const { httpAdapter } = this.adapterHost;
    const response = context.switchToHttp().getResponse<unknown>();
    const { challenge, retryAfterSec } = error;
    httpAdapter.setHeader(response, 'cache-control', 'no-store');
    if (challenge) httpAdapter.setHeader(response, 'www-authenticate', challenge);
    if (retryAfterSec) httpAdapter.setHeader(response, 'retry-after', String(retryAfterSec));
    this.log(error, context);
    throw error;
  }

  private log(error: AuthError, context: ExecutionContext): void {
    // A request without credentials is how a client asks what is needed; the others deserve a look.
    const level = error.code ? 'warn' : 'log';
    if (!Logger.isLevelEnabled(level)) return;
    const request = context.switchToHttp().getRequest<Request>();
    const line = {
      status: error.status,
      code: error.code,
      route: `${request.method} ${patternOf(request)}`,
      handler: `${context.getClass().name}.${context.getHandler().name}`,
      sub: authOf(request)?.payload.sub,
      requestId: requestIdOf(request),
      ...causeOf(error),
      ...error.detail,
    };
    const message = `Refused: ${error.message}`;
    try {
      this.logger[level](message, brief(line));
    } catch {
      // A log that fails must not turn a refusal into something else.
    }
  }
}

/** The request as the adapters have it: `id` and `routeOptions` are Fastify's, `route` is Express's. */
interface Request {
  method: string;
  headers: Record<string, unknown>;
  id?: unknown;
  routeOptions?: { url?: string };
  route?: { path?: string };
}

/** The route as it was declared. Not the URL: clients put tokens there. */
function patternOf({ routeOptions, route }: Request): string | undefined {
  return routeOptions?.url ?? route?.path;
}

/** As the server has it; Express has none, and the client's is used when it is no more than an id. */
function requestIdOf({ id, headers }: Request): unknown {
  const sent = headers['x-request-id'];
  return id ?? (typeof sent === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(sent) ? sent : undefined);
}

/** Why it came to the refusal. Where a function of the application failed, the stack says where. */
function causeOf({ cause, code }: AuthError): { cause?: unknown; stack?: string[] } {
  if (!(cause instanceof Error)) return { cause };
  const isOfApplication = code === 'claim_requirement' || code === 'revocation_unavailable';
  const stack = isOfApplication ? cause.stack?.split('\n').slice(1, 6) : undefined;
  return { cause: cause.message || cause.name, stack: stack?.map((line) => line.trim()) };
}

/** Cuts what a token brings to a size that cannot flood a log, whatever its depth. */
function brief(line: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(line).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, cut(value, MAX_DEPTH)]));
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_LOGGED);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    return value.slice(0, MAX_MEMBERS).map((element) => cut(element, depth - 1));
  }
  const members = Object.entries(value).slice(0, MAX_MEMBERS);
  return Object.fromEntries(
    members.map(([name, member]) => [name.slice(0, MAX_LOGGED), cut(member, depth - 1)]),
  );
}
