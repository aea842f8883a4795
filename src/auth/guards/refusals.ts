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
      // The query stays out: clients put tokens there.
      route: `${request.method} ${request.url.split('?', 1)[0]}`.slice(0, MAX_LOGGED),
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

/** The request as both adapters have it; `id` is Fastify's. */
interface Request {
  method: string;
  url: string;
  id?: unknown;
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
