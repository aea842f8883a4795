import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AccessRules } from '../access-rules.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { Clock } from '../clock.js';
import { InsufficientAuthenticationError } from '../refusals/auth.errors.js';
import { Refusals } from '../refusals/refusals.js';
import { claimOf } from '../token/claim-path.js';
import { acceptedToken } from './accepted-token.js';
import { isLoginEnough } from './is-met.js';

/** Authorises by `@StepUp()` (RFC 9470). Runs after {@link ClaimsGuard}. */
@Injectable()
export class StepUpGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
    private readonly refusals: Refusals,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { stepUp: requirements } = this.rules.of(context.getClass(), context.getHandler());
    if (requirements.length === 0) return true;
    const { payload } = acceptedToken(context);
    const now = this.clock.now() / 1000;
    for (const requirement of requirements) {
      if (isLoginEnough(requirement, payload, this.options, now)) continue;
      const { authTime, acr, amr } = this.options.stepUpClaims;
      const actual = {
        authTime: claimOf(payload, authTime),
        acr: claimOf(payload, acr),
        amr: claimOf(payload, amr),
      };
      const error = new InsufficientAuthenticationError(requirement, {
        detail: { expected: requirement, actual, now },
      });
      throw await this.refusals.prepare(error, context);
    }
    return true;
  }
}
