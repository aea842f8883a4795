import { type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { authOf } from '../request-auth.js';
import { AuthError } from '../errors/auth.errors.js';

/** Longest text of a token that gets into the log, in characters. */
const MAX_LOGGED = 200;

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
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    if (challenge) httpAdapter.setHeader(response, 'WWW-Authenticate', challenge);
    if (retryAfterSec) httpAdapter.setHeader(response, 'Retry-After', String(retryAfterSec));
    this.log(error, context);
    throw error;
  }

  private log(error: AuthError, context: ExecutionContext): void {
    const request = context.switchToHttp().getRequest<Request>();
    const line = {
      status: error.status,
      code: error.code,
      route: `${request.method} ${patternOf(request)}`,
      handler: `${context.getClass().name}.${context.getHandler().name}`,
      sub: authOf(request)?.payload.sub,
      requestId: request.id,
      cause: error.cause instanceof Error ? error.cause.message : error.cause,
      ...error.detail,
    };
    const message = `Refused: ${error.message}`;
    // A request without credentials is how a client asks what is needed; the others deserve a look.
    if (error.code) this.logger.warn(message, brief(line));
    else this.logger.log(message, brief(line));
  }
}

/** The request as the adapters have it: `id` and `routeOptions` are Fastify's, `route` is Express's. */
interface Request {
  method: string;
  id?: unknown;
  routeOptions?: { url?: string };
  route?: { path?: string };
}

/** The route as it was declared. Not the URL: clients put tokens there. */
function patternOf({ routeOptions, route }: Request): string | undefined {
  return routeOptions?.url ?? route?.path;
}

/** Cuts what came from a token to a length that cannot flood a log. */
function brief(line: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(line).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, cut(value)]));
}

function cut(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_LOGGED);
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length <= MAX_LOGGED ? value : text.slice(0, MAX_LOGGED);
}
