import { type ExecutionContext, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { exceptionFor } from '../contexts/exception.js';
import { carrierOf, responseOf } from '../contexts/execution-context.js';
import { ResourceMetadata } from '../metadata/resource-metadata.js';
import type { AuthError } from './auth.errors.js';
import { withMetadata } from './challenge.js';
import { logRefusal } from './refusal-log.js';

/** How every guard refuses a request: it sets the headers, logs the reason and throws. */
@Injectable()
export class Refusals {
  /** What was logged of a request. */
  private readonly logged = new WeakMap<object, Set<string>>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly metadata: ResourceMetadata,
  ) {}

  /** Headers set here, and not in a filter, stay under an application's catch-all filter. */
  async refuse(error: AuthError, context: ExecutionContext): Promise<never> {
    const { httpAdapter } = this.adapterHost;
    const response = responseOf(context);
    const { challenge, retryAfterSec } = error;
    if (response) {
      httpAdapter.setHeader(response, 'cache-control', 'no-store');
      if (challenge) {
        const value = withMetadata(challenge, this.metadata.url);
        httpAdapter.setHeader(response, 'www-authenticate', value);
      }
      if (retryAfterSec) httpAdapter.setHeader(response, 'retry-after', String(retryAfterSec));
    }
    if (this.isFirst(error, context)) logRefusal(error, context);
    throw await exceptionFor(error, context);
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
