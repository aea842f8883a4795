import type { ExecutionContext } from '@nestjs/common';

interface HttpRequest {
  headers?: unknown;
  res?: HttpResponse;
}

/** `raw` is Node's response on Fastify. */
interface HttpResponse {
  headersSent?: boolean;
  raw?: { headersSent?: boolean };
}

/** What a GraphQL context may have: `req` with Apollo, `reply` with Mercurius. */
interface GraphqlContext {
  req?: HttpRequest;
  request?: HttpRequest;
  res?: HttpResponse;
  reply?: HttpResponse & { request?: HttpRequest };
}

/** The HTTP request of a context. Undefined where there is none. */
export function requestOf(context: ExecutionContext): object | undefined {
  const type = context.getType<string>();
  if (type === 'http') return context.getArgByIndex<object>(0);
  if (type !== 'graphql') return undefined;
  const { req, request, reply } = graphqlContextOf(context);
  return [req, request, reply?.request].find(hasHeaders);
}

/** The response whose headers can be set. Undefined where there is none. */
export function responseOf(context: ExecutionContext): object | undefined {
  const type = context.getType<string>();
  if (type === 'http') return context.getArgByIndex<object>(1);
  if (type !== 'graphql') return undefined;
  const { req, res, reply } = graphqlContextOf(context);
  const response = res ?? reply ?? req?.res;
  // A resolver may run when the first part of an answer has been sent.
  return (response?.raw ?? response)?.headersSent === false ? response : undefined;
}

/**
 * The object that carries the verified token of a context from one guard to the next. Of a message
 * these are its arguments: the next message of the same client may have another token.
 */
export function carrierOf(context: ExecutionContext): object {
  switch (context.getType<string>()) {
    case 'ws':
      return context.getArgs<unknown[]>();
    case 'rpc':
      return context.switchToRpc().getContext<object | undefined>() ?? context;
    case 'http':
    case 'graphql':
      return requestOf(context) ?? graphqlContextOf(context);
    default:
      return context;
  }
}

/** What carries it to the handler: Nest copies the arguments of a message, but not the client. */
export function handlerCarrierOf(context: ExecutionContext): object {
  const isMessage = context.getType<string>() === 'ws';
  return isMessage ? context.switchToWs().getClient<object>() : carrierOf(context);
}

function graphqlContextOf(context: ExecutionContext): GraphqlContext {
  const args = context.getArgs<unknown[]>();
  // A reference resolver of a federation has no arguments of a field: its context comes second.
  return Object(args.length === 3 ? args[1] : args[2]) as GraphqlContext;
}

/** The `req` of a subscription is the connection of graphql-ws, which has no headers. */
function hasHeaders(request: HttpRequest | undefined): request is object {
  return typeof request?.headers === 'object' && request.headers !== null;
}
