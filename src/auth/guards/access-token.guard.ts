import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import passport from 'passport';
import { attachAuth, type RequestAuth } from '../request-auth.js';
import { AccessRules } from '../access-rules.js';
import { AccessTokenStrategy, type BearerRequest } from '../access-token.strategy.js';
import { ResolvedAuthOptions, type RevocationCheck } from '../auth.options.js';
import { bearerToken } from '../bearer-token.js';
import {
  AuthError,
  InvalidTokenError,
  MissingTokenError,
  TemporarilyUnavailableError,
} from '../errors/auth.errors.js';
import { requireHttp } from './http-context.js';
import { Refusals } from './refusals.js';

/** When to ask again after a revocation check has failed, in seconds. */
const REVOCATION_RETRY_SEC = 5;

/**
 * Authenticates: lets a request pass whose access token is valid, and hands it `request.auth` and
 * `request.user`. A route is closed unless it says `@Public()` or `@OptionalAuth()`.
 */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly strategy: AccessTokenStrategy,
    private readonly options: ResolvedAuthOptions,
    private readonly refusals: Refusals,
  ) {}

  /** Without a promise where none is needed: Nest does not await a boolean. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    requireHttp(context, AccessTokenGuard.name);
    const { access } = this.rules.of(context.getClass(), context.getHandler());
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<object>();
    try {
      const token = bearerToken(request);
      if (token === undefined) {
        if (access === 'optional') return true;
        throw new MissingTokenError();
      }
      const known = this.strategy.recall(token);
      if (!known || this.options.isRevoked) return this.authenticate(token, known, context);
      attachAuth(request, known);
      return true;
    } catch (error) {
      return this.fail(error, context);
    }
  }

  private async authenticate(
    token: string,
    known: RequestAuth | undefined,
    context: ExecutionContext,
  ): Promise<true> {
    try {
      const http = context.switchToHttp();
      const request = http.getRequest<object>();
      const auth = known ?? (await this.verify(token, http.getResponse<object>()));
      if (this.options.isRevoked) await this.refuseRevoked(this.options.isRevoked, auth, request);
      attachAuth(request, auth);
      return true;
    } catch (error) {
      return this.fail(error, context);
    }
  }

  private fail(error: unknown, context: ExecutionContext): never {
    if (error instanceof AuthError) this.refusals.refuse(error, context);
    throw error;
  }

  private verify(token: string, response: object): Promise<RequestAuth> {
    // Passport writes on the request that it is given; this one is of no use to anybody else.
    const request: BearerRequest = { token };
    return new Promise((resolve, reject) => {
      const done = (error: unknown, auth?: RequestAuth) => {
        if (auth) resolve(auth);
        else reject(error);
      };
      const run = passport.authenticate(this.strategy.name, { session: false }, done) as Middleware;
      run(request, response, reject);
    });
  }

  private async refuseRevoked(
    isRevoked: RevocationCheck,
    auth: RequestAuth,
    request: object,
  ): Promise<void> {
    let revoked: boolean;
    try {
      revoked = await isRevoked(auth.payload, request);
    } catch (cause) {
      throw new TemporarilyUnavailableError('revocation_unavailable', REVOCATION_RETRY_SEC, {
        cause,
      });
    }
    if (revoked)
      throw new InvalidTokenError('token_revoked', { detail: { sub: auth.payload.sub } });
  }
}

type Middleware = (request: object, response: object, next: (error: unknown) => void) => void;
