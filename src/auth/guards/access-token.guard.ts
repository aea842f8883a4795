import { type CanActivate, type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AccessRules } from '../access-rules.js';
import { AccessTokenVerifier, type VerifyOptions } from '../access-token.verifier.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { authenticateRequest } from '../authenticate-request.js';
import { freshNonceOf } from '../bound/request-keys.js';
import {
  carrierOf,
  handlerCarrierOf,
  requestOf,
  responseOf,
} from '../contexts/execution-context.js';
import { AuthError, InvalidTokenError, MissingTokenError } from '../refusals/auth.errors.js';
import { Refusals } from '../refusals/refusals.js';
import {
  attachAuth,
  type AuthenticatedClient,
  authOf,
  rememberAuth,
  type RequestAuth,
} from '../request-auth.js';

/**
 * Authenticates: requires a valid access token of a request, client or message. A handler is closed
 * unless it has `@Public()` or `@OptionalAuth()`, whatever its context: HTTP, GraphQL, WebSocket or
 * microservice. With `unmarkedRoutes: 'open'`, routes without a decorator are open as well.
 *
 * An application may replace it by a subclass, with the setting `accessTokenGuard` of `forRoot()`.
 */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  private readonly logger = new Logger(AccessTokenGuard.name);
  private readonly advised = new WeakSet<Function>();
  /** Responses that have `Vary: Authorization`. */
  private readonly varied = new WeakSet<object>();

  constructor(
    private readonly rules: AccessRules,
    private readonly verifier: AccessTokenVerifier,
    private readonly refusals: Refusals,
    private readonly adapterHost: HttpAdapterHost,
    private readonly options: ResolvedAuthOptions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.rules.of(context.getClass(), context.getHandler());
    if (this.rules.isOpen(rule, context.getType())) return true;
    const { access } = rule;
    const { httpAdapter } = this.adapterHost;
    const response = responseOf(context);
    if (response && access === 'optional' && !this.varied.has(response)) {
      // A GraphQL request may run thousands of resolvers.
      this.varied.add(response);
      httpAdapter.appendHeader(response, 'vary', 'Authorization');
    }
    try {
      const auth = await this.authenticate(context, { audience: rule.resource?.audience });
      // In HTTP and GraphQL both are the same object. In a WebSocket, guards read the message and
      // handlers the client. `undefined` removes the token of the client's last message.
      rememberAuth(carrierOf(context), auth);
      rememberAuth(handlerCarrierOf(context), auth);
      if (!auth) {
        if (access === 'optional') return true;
        throw new MissingTokenError();
      }
    } catch (error) {
      throw error instanceof AuthError ? await this.refusals.prepare(error, context) : error;
    }
    if (response) this.setHeaders(response, context);
    return true;
  }

  /**
   * The HTTP request of a route or a GraphQL resolver. A subclass may find it elsewhere, or build
   * it: an object with `headers`, and one per operation, because each is judged once per audience.
   *
   * @returns undefined when there is none: the caller is then anonymous.
   */
  protected getRequest(context: ExecutionContext): object | undefined {
    return requestOf(context);
  }

  /** Called before the handler runs, so that its own `Cache-Control` wins. */
  private setHeaders(response: object, context: ExecutionContext): void {
    const { httpAdapter } = this.adapterHost;
    const request = this.verifier.dpop && this.getRequest(context);
    const nonce = request && freshNonceOf(request);
    if (nonce !== undefined) httpAdapter.setHeader(response, 'dpop-nonce', nonce);
    // Another request must not get the nonce from a cache (RFC 9449 §8.2).
    const cacheControl = nonce === undefined ? 'private, no-cache' : 'no-store';
    httpAdapter.setHeader(response, 'cache-control', cacheControl);
  }

  private authenticate(
    context: ExecutionContext,
    options: VerifyOptions,
  ): Promise<RequestAuth | undefined> {
    switch (context.getType<string>()) {
      case 'http':
      case 'graphql':
        return this.fromRequest(context, options);
      case 'ws':
        return this.fromClient(context, options);
      default:
        return this.fromMessage(context, options);
    }
  }

  private fromRequest(
    context: ExecutionContext,
    options: VerifyOptions,
  ): Promise<RequestAuth | undefined> {
    const request = this.getRequest(context);
    if (request) return authenticateRequest(request, this.verifier, options);
    this.advise(context, 'its GraphQL context has no request with headers');
    return Promise.resolve(undefined);
  }

  /** The token of the handshake, verified again: it may have expired or been revoked. */
  private async fromClient(
    context: ExecutionContext,
    options: VerifyOptions,
  ): Promise<RequestAuth | undefined> {
    const client = context.switchToWs().getClient<AuthenticatedClient>();
    if (!client.auth) this.advise(context, 'handleConnection() of its gateway sets no client.auth');
    const { token } = (await client.auth) ?? {};
    if (!token) return undefined;
    const auth = await this.verifier.verify(token, options);
    requireSameCaller(authOf(client), auth);
    return auth;
  }

  private async fromMessage(
    context: ExecutionContext,
    options: VerifyOptions,
  ): Promise<RequestAuth | undefined> {
    const { getToken } = this.options;
    if (!getToken) {
      const advice = `AuthModule has no option getToken, and the context is "${context.getType()}"`;
      this.advise(context, advice);
      return undefined;
    }
    let token: string | undefined;
    try {
      token = await getToken(context);
    } catch (cause) {
      if (cause instanceof AuthError) throw cause;
      throw new MissingTokenError({ cause });
    }
    if (!token) return undefined;
    const auth = await this.verifier.verify(token, options);
    attachAuth(carrierOf(context), auth);
    return auth;
  }

  /** Tells the developer, not the client, and once per handler, not per message. */
  private advise(context: ExecutionContext, reason: string): void {
    const handler = context.getHandler();
    if (this.advised.has(handler)) return;
    this.advised.add(handler);
    this.logger.warn(
      `No access token for ${context.getClass().name}.${handler.name}: ${reason}. ` +
        'See "GraphQL, WebSockets and microservices" in the documentation, or add @Public().',
    );
  }
}

/**
 * A connection belongs to one caller: a message that is still handled must not become another's
 * when the next one comes with another token.
 */
function requireSameCaller(before: RequestAuth | undefined, { payload }: RequestAuth): void {
  if (!before) return;
  const different = (['iss', 'sub', 'client_id', 'azp'] as const).find(
    (claim) => before.payload[claim] !== payload[claim],
  );
  if (different === undefined) return;
  const detail = {
    claim: different,
    expected: before.payload[different],
    actual: payload[different],
  };
  const description = 'The access token belongs to another caller than the connection.';
  // The codes are stable, and none says "of another caller".
  throw new InvalidTokenError('claim_invalid', { detail }, description);
}
