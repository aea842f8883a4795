import { type ArgumentsHost, Catch, Inject } from '@nestjs/common';
import { AuthError } from '../auth/index.js';
import { FailedRequestFilter } from '../logging/failed-request.filter.js';
import type { Metrics } from './metrics.js';
import { METRICS } from './metrics.token.js';

/**
 * Counts refusals by their code, and answers as Nest does by default. A filter of your own that
 * catches `AuthError` replaces it: extend this one to keep the count.
 */
@Catch(AuthError)
export class RefusedRequestFilter extends FailedRequestFilter {
  constructor(@Inject(METRICS) private readonly metrics: Metrics | null) {
    super();
  }

  override catch(error: AuthError, host: ArgumentsHost): void {
    this.metrics?.countRefusal(error.code);
    super.catch(error, host);
  }
}
