import { type ExecutionContext, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { exceptionFor } from './exception.js';
import { carrierOf, requestOf, responseOf } from '../contexts/execution-context.js';
import { AccessRules } from '../access-rules.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { ResourceMetadata } from '../metadata/resource-metadata.js';
import { hasScheme, schemesOf } from '../token/credentials.js';
import { type AuthError, DpopNonceError, MissingTokenError } from './auth.errors.js';
import { challenge, type Scheme } from './challenge.js';
import { logRefusal } from './refusal-log.js';

/** How every guard refuses a request. */
@Injectable()
export class Refusals {
  /** What was logged of a request. */
  private readonly logged = new WeakMap<object, Set<string>>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly rules: AccessRules,
    private readonly metadata: ResourceMetadata,
    private readonly options: ResolvedAuthOptions,
  ) {}

  /**
   * Sets the headers of a refusal and logs the reason. Headers set here, and not in a filter, stay
   * under an application's catch-all filter.
   *
   * @returns the exception to throw.
   */
  async prepare(error: AuthError, context: ExecutionContext): Promise<Error> {
    const { httpAdapter } = this.adapterHost;
    const response = responseOf(context);
    const { retryAfterSec } = error;
    const challenges = this.challengesFor(error, context);
    if (response) {
      httpAdapter.setHeader(response, 'cache-control', 'no-store');
      // One value: a second header would replace the first on Fastify.
      if (challenges) httpAdapter.setHeader(response, 'www-authenticate', challenges);
      if (error instanceof DpopNonceError) {
        httpAdapter.setHeader(response, 'dpop-nonce', error.nonce);
      }
      if (retryAfterSec) httpAdapter.setHeader(response, 'retry-after', String(retryAfterSec));
    }
    if (this.isFirst(error, context)) logRefusal(error, context);
    return exceptionFor(error, context);
  }

  /** With what is known of the route: its metadata, and the scopes to request first. */
  private challengesFor(error: AuthError, context: ExecutionContext): string | undefined {
    const { parameters } = error;
    if (!parameters) return undefined;
    const { resource } = this.rules.of(context.getClass(), context.getHandler());
    const resourceMetadata = this.metadata.urlOf(resource);
    const isMissing = error instanceof MissingTokenError;
    const scopes = isMissing ? resource?.challengeScopes : parameters.scopes;
    return this.schemesFor(error, context)
      .map((scheme) => challenge(scheme, { ...parameters, scopes, resourceMetadata }))
      .join(', ');
  }

  /** A request without credentials is offered every scheme. Others are answered in their own. */
  private schemesFor(error: AuthError, context: ExecutionContext): readonly Scheme[] {
    const schemes = schemesOf(this.options.dpop);
    const request = requestOf(context);
    if (error instanceof MissingTokenError || schemes.length === 1) return schemes;
    return [request && hasScheme(request, 'DPoP') ? 'DPoP' : 'Bearer'];
  }

  /** One GraphQL request may call a resolver thousands of times. */
  private isFirst({ code }: AuthError, context: ExecutionContext): boolean {
    const carrier = carrierOf(context);
    const logged = this.logged.get(carrier) ?? new Set<string>();
    this.logged.set(carrier, logged);
    const key = `${context.getClass().name}.${context.getHandler().name} ${code}`;
    if (logged.has(key)) return false;
    logged.add(key);
    return true;
  }
}
