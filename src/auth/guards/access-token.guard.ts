import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import passport from 'passport';
import { attachAuth, type RequestAuth } from '../request-auth.js';
import { AccessRules } from '../access-rules.js';
import { AccessTokenStrategy, type BearerRequest } from '../access-token.strategy.js';
import { ResolvedAuthOptions, type RevocationCheck } from '../auth.options.js';
import { b64token, bearerCredentials } from '../token/bearer-token.js';
import {
  AuthError,
  InvalidTokenError,
  MissingTokenError,
  TemporarilyUnavailableError,
} from '../refusals/auth.errors.js';
import { requireHttp } from './http-context.js';
import { Refusals } from '../refusals/refuse.js';

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
    const http = context.switchToHttp();
    const request = http.getRequest<object>();
    let failure: unknown;
    try {
      const credentials = bearerCredentials(request);
      if (credentials === undefined) {
        if (access === 'optional') return true;
        throw new MissingTokenError();
      }
      // What is known needs no look at its form: it is the same text, to the last character.
      const auth =
        this.strategy.recall(credentials) ??
        this.verify(b64token(credentials), http.getResponse<object>());
      if (!(auth instanceof Refused)) {
        if (auth instanceof Promise || this.options.isRevoked)
          return this.admitLater(auth, context);
        attachAuth(request, auth);
        return true;
      }
      failure = auth.error;
    } catch (error) {
      failure = error;
    }
    return this.fail(failure, context);
  }

  /** Where a key has to be fetched first, or the application asked. */
  private async admitLater(
    verified: RequestAuth | Promise<RequestAuth>,
    context: ExecutionContext,
  ): Promise<true> {
    try {
      const auth = await verified;
      const request = context.switchToHttp().getRequest<object>();
      if (this.options.isRevoked) await this.refuseRevoked(this.options.isRevoked, auth, request);
      attachAuth(request, auth);
      return true;
    } catch (error) {
      return this.fail(error, context);
    }
  }

  /** In a turn of its own: a promise that fails before anybody waits for it costs Node more than that. */
  private async fail(error: unknown, context: ExecutionContext): Promise<never> {
    await Promise.resolve();
    if (error instanceof AuthError) this.refusals.refuse(error, context);
    throw error;
  }

  /** By way of Passport, which answers before it returns, as the strategy does. */
  private verify(token: string, response: object): RequestAuth | Promise<RequestAuth> | Refused {
    let verified: RequestAuth | Promise<RequestAuth> | false | undefined;
    let failure: unknown;
    const done = (error: unknown, auth?: RequestAuth | Promise<RequestAuth> | false) => {
      failure = error;
      verified = auth;
    };
    // Passport writes on the request that it is given; this one is of no use to anybody else.
    const request: BearerRequest = { token };
    const run = passport.authenticate(this.strategy.name, { session: false }, done) as Middleware;
    run(request, response, done);
    // Without a reason Passport says `false`. Ours always gives one; nobody passes without.
    return verified || new Refused(failure ?? new MissingTokenError());
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

/** Why a token was not accepted: handed back, for to throw it once more costs as much as to find out. */
class Refused {
  constructor(readonly error: unknown) {}
}

type Middleware = (request: object, response: object, next: (error: unknown) => void) => void;
