import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AccessRules } from '../access-rules.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { Check, type ClaimRequirement } from '../decorators/claim.decorator.js';
import { ClaimRequirementError } from '../refusals/auth.errors.js';
import { Refusals } from '../refusals/refusals.js';
import { claimOf } from '../token/claim-path.js';
import type { AccessTokenClaims } from '../token/claims.js';
import { acceptedToken } from './accepted-token.js';
import { meets } from './is-met.js';

/** Authorises by `@Claim()`. Runs after {@link ScopesGuard}. */
@Injectable()
export class ClaimsGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
    private readonly refusals: Refusals,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { claims: requirements } = this.rules.of(context.getClass(), context.getHandler());
    if (requirements.length === 0) return true;
    const auth = acceptedToken(context);
    for (const requirement of requirements) {
      await this.require(requirement, auth.payload, context);
    }
    return true;
  }

  private async require(
    { claim, expected, message }: ClaimRequirement,
    claims: AccessTokenClaims,
    context: ExecutionContext,
  ): Promise<void> {
    let cause: unknown;
    try {
      const isMet: unknown =
        expected instanceof Check
          ? await expected.predicate(claims, context)
          : meets(expected, claimOf(claims, claim!));
      if (isMet === true) return;
    } catch (error) {
      cause = error;
    }
    const detail = claim === undefined ? {} : { claim, expected, actual: claimOf(claims, claim) };
    const { claimFailure } = this.options;
    const error = new ClaimRequirementError(claimFailure, message, { cause, detail });
    throw await this.refusals.prepare(error, context);
  }
}
