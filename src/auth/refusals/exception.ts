import type { ExecutionContext, Type } from '@nestjs/common';
import type { AuthError } from './auth.errors.js';

/** `extensions.code` of GraphQL, by status. */
const GRAPHQL_CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
};

/**
 * The exception that a guard throws: the error itself, or in gateways and microservices one of
 * Nest's classes for them with the same body. Of any other exception, Nest tells such a client only
 * that there was an error.
 */
export async function exceptionFor(error: AuthError, context: ExecutionContext): Promise<Error> {
  if (context.getType<string>() === 'graphql') {
    const code = GRAPHQL_CODES[error.getStatus()];
    // Nest sets it too, unless its option `autoTransformHttpErrors` is off.
    return code === undefined ? error : Object.assign(error, { extensions: { code } });
  }
  const ContextException = await exceptionClass(context.getType<string>());
  if (!ContextException) return error;
  // Not enumerable: Nest logs the members of a refused event.
  const exception = new ContextException(error.getResponse());
  return Object.defineProperty(exception, 'cause', { value: error });
}

/**
 * Imported only when such a context exists, since most applications have neither package. The names
 * are literal, inside `try`: bundlers then include a package that is installed, and accept that it
 * is not.
 */
async function exceptionClass(type: string): Promise<Type<Error> | undefined> {
  try {
    // @ts-ignore -- not installed in an application without gateways
    if (type === 'ws') return (await import('@nestjs/websockets')).WsException;
    // @ts-ignore -- not installed in an application without message handlers
    if (type === 'rpc') return (await import('@nestjs/microservices')).RpcException;
  } catch {
    // The client is told that there was an error, and Nest logs the refusal.
  }
  return undefined;
}
