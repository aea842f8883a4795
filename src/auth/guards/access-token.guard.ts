import { type CanActivate, type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AccessRules } from '../access-rules.js';
import { AccessTokenVerifier } from '../access-token.verifier.js';
import { authenticateRequest } from '../authenticate-request.js';
import { AuthError, MissingTokenError } from '../refusals/auth.errors.js';
import { Refusals } from '../refusals/refuse.js';

/**
 * Authenticates: requires a valid access token and sets `request.auth` and `request.user`. A route
 * is closed unless it has `@Public()` or `@OptionalAuth()`.
 */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  private readonly logger = new Logger(AccessTokenGuard.name);

  constructor(
    private readonly rules: AccessRules,
    private readonly verifier: AccessTokenVerifier,
    private readonly refusals: Refusals,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.rules.of(context.getClass(), context.getHandler());
    const { access } = rule;
    const isHttp = context.getType() === 'http';
    // `unmarkedRoutes: 'open'` is about routes: other handlers need `@Public()`.
    if (access === 'public' && (isHttp || rule !== this.rules.unmarked)) return true;
    if (!isHttp) return this.refuseOther(context);
    const { httpAdapter } = this.adapterHost;
    const request = context.switchToHttp().getRequest<object>();
    const response = context.switchToHttp().getResponse<object>();
    if (access === 'optional') httpAdapter.appendHeader(response, 'vary', 'Authorization');
    try {
      const auth = await authenticateRequest(request, this.verifier);
      if (!auth) {
        if (access === 'optional') return true;
        throw new MissingTokenError();
      }
    } catch (error) {
      if (error instanceof AuthError) this.refusals.refuse(error, context);
      throw error;
    }
    // Set before the handler runs, so that its own `Cache-Control` wins.
    httpAdapter.setHeader(response, 'cache-control', 'private, no-cache');
    return true;
  }

  /** Outside HTTP only what is public passes. Nest answers "Forbidden" for `false`. */
  private refuseOther(context: ExecutionContext): false {
    const name = `${context.getClass().name}.${context.getHandler().name}`;
    this.logger.warn(
      `Refused ${name}: AuthModule authenticates HTTP requests, and this is a context of type ` +
        `"${context.getType()}". Add @Public() and protect it with a guard of its own.`,
    );
    return false;
  }
}
