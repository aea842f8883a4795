import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AccessRules } from '../access-rules.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { InsufficientScopeError } from '../refusals/auth.errors.js';
import { Refusals } from '../refusals/refusals.js';
import { acceptedToken } from './accepted-token.js';
import { grantedFor, isGranted } from './is-met.js';

/** Authorises by `@Scopes()` and `@Permissions()`. Runs after {@link AccessTokenGuard}. */
@Injectable()
export class ScopesGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
    private readonly refusals: Refusals,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { scopes: requirements } = this.rules.of(context.getClass(), context.getHandler());
    if (requirements.length === 0) return true;
    const auth = acceptedToken(context);
    for (const requirement of requirements) {
      const granted = grantedFor(requirement, auth, this.options);
      if (isGranted(requirement, granted)) continue;
      const { scopes, match, from, message } = requirement;
      const detail = { expected: scopes, match, from, actual: granted };
      const error = new InsufficientScopeError(scopes, message, { detail });
      throw await this.refusals.prepare(error, context);
    }
    return true;
  }
}
