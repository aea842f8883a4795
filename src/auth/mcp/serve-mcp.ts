import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { mergeMap, type Observable } from 'rxjs';
import { AccessRules } from '../access-rules.js';
import { InsufficientScopeError } from '../refusals/auth.errors.js';
import { Refusals } from '../refusals/refusals.js';
import { authOf } from '../request-auth.js';
import { toAuthInfo } from './auth-info.js';

interface McpRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body?: unknown;
}

/** `raw` is Node's response on Fastify. */
interface McpResponse {
  readonly raw?: McpResponse;
  once(event: 'close', listener: () => void): unknown;
}

/** What the SDK reads. Credentials do not reach it, nor does `Host`, which may be anything. */
const PROTOCOL_HEADER = /^(?:accept|content-type|mcp-.*)$/;

/** The SDK needs a URL, and does not use it. */
const PLACEHOLDER_URL = 'http://localhost/';

/** Deeper bodies make the schemas of the SDK overflow the stack. */
const MAX_DEPTH = 100;

const TOO_DEEP = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32_600, message: `Invalid Request: more than ${MAX_DEPTH} levels deep` },
};

/** `scope` in a challenge of the SDK: no scope contains a double quote. */
const CHALLENGED_SCOPES = /\bscope="([^"]*)"/;

/** Gives requests to the handler that the method returns, and answers with its responses. */
@Injectable()
export class McpInterceptor implements NestInterceptor<McpHttpHandler> {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly rules: AccessRules,
    private readonly refusals: Refusals,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<McpHttpHandler>): Observable<unknown> {
    return next.handle().pipe(mergeMap((handler) => this.exchange(handler, context)));
  }

  private async exchange(handler: McpHttpHandler, context: ExecutionContext): Promise<unknown> {
    const request = context.switchToHttp().getRequest<McpRequest>();
    const auth = authOf(request);
    const { resource } = this.rules.of(context.getClass(), context.getHandler());
    const { body } = request;
    const answer = isTooDeep(body)
      ? Response.json(TOO_DEEP, { status: 400 })
      : await handler.fetch(this.toWebRequest(request, context), {
          authInfo: toAuthInfo(auth, { resource: resource?.audience }),
          parsedBody: withoutCancellations(body),
        });
    const scopes = missingScopes(answer);
    if (scopes) {
      const detail = { expected: scopes, actual: auth?.scopes };
      const error = new InsufficientScopeError(scopes, undefined, { detail });
      throw await this.refusals.prepare(error, context);
    }
    return this.send(answer, context);
  }

  /** Without a body, which has been read. A client that goes away cancels its call. */
  private toWebRequest({ headers }: McpRequest, context: ExecutionContext): Request {
    const response = context.switchToHttp().getResponse<McpResponse>();
    const closed = new AbortController();
    (response.raw ?? response).once('close', () => closed.abort());
    const kept = Object.entries(headers).filter(
      (header): header is [string, string] =>
        PROTOCOL_HEADER.test(header[0]) && typeof header[1] === 'string',
    );
    return new Request(PLACEHOLDER_URL, { method: 'POST', headers: kept, signal: closed.signal });
  }

  /** Sets headers instead of replacing them, so that those of the application stay. */
  private async send(answer: Response, context: ExecutionContext): Promise<unknown> {
    const { httpAdapter } = this.adapterHost;
    const response = context.switchToHttp().getResponse<McpResponse>();
    httpAdapter.status(response, answer.status);
    for (const [name, value] of answer.headers) {
      // Whether a connection stays open is the server's decision.
      if (name === 'connection') continue;
      const isCaching = name === 'cache-control';
      httpAdapter.setHeader(response, name, isCaching ? `private, ${value}` : value);
    }
    const { body } = answer;
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
    if (!isStream || !body) return answer.text();
    return new StreamableFile(Readable.fromWeb(body as ReadableStream));
  }
}

/** Goes level by level: a recursion would overflow the stack itself. */
function isTooDeep(body: unknown): boolean {
  let level = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return false;
}

/**
 * A batch may contain a request and its cancellation: the SDK then sends no answer and leaves its
 * stream open. Requests of others cannot be cancelled, so without it nothing is lost.
 */
function withoutCancellations(body: unknown): unknown {
  if (!Array.isArray(body)) return body;
  const kept = body.filter(
    (message: { method?: unknown } | null) => message?.method !== 'notifications/cancelled',
  );
  return kept.length === 0 ? body : kept;
}

/** The scopes that the SDK asks for in its refusal of a call. */
function missingScopes({ status, headers }: Response): string[] | undefined {
  if (status !== 403) return undefined;
  const [, scopes] = CHALLENGED_SCOPES.exec(headers.get('www-authenticate') ?? '') ?? [];
  return scopes?.split(' ');
}

/**
 * Serves the Model Context Protocol at a route: its method returns the handler that
 * `createMcpHandler()` of `@modelcontextprotocol/server` made. The guards have judged the token
 * before, and tools get it as `authInfo`.
 *
 * A call without the scopes of its tool (`requireToolScopes()`) is refused as `@Scopes()` refuses a
 * request. The SDK gets the parsed body and the headers of the protocol, and neither `Host`,
 * `Authorization` nor cookies. What it does not check is `Origin`: limit it where browsers can
 * reach the server.
 *
 * @example
 * @Post()
 * @ServeMcp()
 * serve() {
 *   return this.handler;
 * }
 */
export const ServeMcp = (): MethodDecorator & ClassDecorator => UseInterceptors(McpInterceptor);
