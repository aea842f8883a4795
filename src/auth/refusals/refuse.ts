import { type ExecutionContext, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { exceptionFor } from '../contexts/exception.js';
import { responseOf } from '../contexts/execution-context.js';
import { ResourceMetadata } from '../metadata/resource-metadata.js';
import type { AuthError } from './auth.errors.js';
import { withMetadata } from './challenge.js';
import { logRefusal } from './refusal-log.js';

/** How every guard refuses a request: it sets the headers, logs the reason and throws. */
@Injectable()
export class Refusals {
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
    logRefusal(error, context);
    throw await exceptionFor(error, context);
  }
}
