import {
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { handlerCarrierOf } from '../contexts/execution-context.js';
import { authOf } from '../request-auth.js';
import { claimOf } from '../token/claim-path.js';

/** Written out: Nest 11 lacks a type that Nest 12 would infer. */
type ClaimDecorator = (
  ...claimAndPipes: (string | Type<PipeTransform> | PipeTransform)[]
) => ParameterDecorator;

/**
 * Gives a handler the claims of the verified access token, or one claim by its literal name.
 * Undefined when the request is anonymous or the token has no such claim. The same in routes,
 * GraphQL resolvers, gateways and message handlers.
 *
 * @example me(@AccessToken() claims: AccessTokenClaims) {}
 * @example create(@AccessToken('sub') author: string) {}
 */
export const AccessToken: ClaimDecorator = createParamDecorator(
  (claim: string | undefined, context: ExecutionContext) => {
    const claims = authOf(handlerCarrierOf(context))?.payload;
    return claims && claim !== undefined ? claimOf(claims, claim) : claims;
  },
);
