import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AccessRules } from '../access-rules.js';
import { type AccessTokenClaims, claimOf } from '../token/claims.js';
import { authOf } from '../request-auth.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import {
  Check,
  type ClaimRequirement,
  Inclusion,
  type Primitive,
} from '../decorators/claim.decorator.js';
import { ClaimRequirementError } from '../refusals/auth.errors.js';
import { requireHttp } from './http-context.js';
import { Refusals } from '../refusals/refuse.js';

/** Refuses a request whose access token does not meet `@Claim()`. Runs after {@link ScopesGuard}. */
@Injectable()
export class ClaimsGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
    private readonly refusals: Refusals,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    requireHttp(context, ClaimsGuard.name);
    const { claims: requirements } = this.rules.of(context.getClass(), context.getHandler());
    if (requirements.length === 0) return true;
    const auth = authOf(context.switchToHttp().getRequest<object>());
    if (!auth) {
      throw new Error('ClaimsGuard found no verified token: register AccessTokenGuard before it.');
    }
    return this.checkAll(requirements, auth.payload, context);
  }

  private async checkAll(
    requirements: readonly ClaimRequirement[],
    claims: AccessTokenClaims,
    context: ExecutionContext,
  ): Promise<true> {
    for (const { claim, expected, message } of requirements) {
      let cause: unknown;
      try {
        const met: unknown =
          expected instanceof Check
            ? await expected.predicate(claims, context)
            : isMet(expected, claimOf(claims, claim!));
        if (met === true) continue;
      } catch (error) {
        cause = error;
      }
      const detail = claim === undefined ? {} : { claim, expected, actual: claimOf(claims, claim) };
      const error = new ClaimRequirementError(this.options.claimFailure, message, {
        cause,
        detail,
      });
      this.refusals.refuse(error, context);
    }
    return true;
  }
}

function isMet(expected: Primitive | Inclusion, value: unknown): boolean {
  if (!(expected instanceof Inclusion)) return value === expected;
  const elements: unknown = typeof value === 'string' ? value.split(' ') : value;
  if (!Array.isArray(elements)) return false;
  const { values, match } = expected;
  return match === 'all'
    ? values.every((wanted) => elements.includes(wanted))
    : values.some((wanted) => elements.includes(wanted));
}
