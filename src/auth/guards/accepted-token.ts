import { type ExecutionContext, InternalServerErrorException } from '@nestjs/common';
import { carrierOf } from '../contexts/execution-context.js';
import { authOf, type RequestAuth } from '../request-auth.js';

/**
 * What `AccessTokenGuard` has accepted for a request or message.
 *
 * @throws InternalServerErrorException when that guard has not run. The advice is its cause: in
 * GraphQL a client reads the message of an error.
 */
export function acceptedToken(context: ExecutionContext): RequestAuth {
  const auth = authOf(carrierOf(context));
  if (auth) return auth;
  const cause = new Error('AccessTokenGuard must run before the guards that authorise.');
  throw new InternalServerErrorException('Internal Server Error', { cause });
}
