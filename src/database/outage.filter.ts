import { type ArgumentsHost, Catch, Logger, ServiceUnavailableException } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DrizzleQueryError } from 'drizzle-orm';
import { z } from 'zod';
import { FailedRequestFilter } from '../logging/failed-request.filter.js';
import { DatabaseUnavailableError, isUnavailable, reason, withoutValues } from './outage.js';

const RETRY_AFTER_SEC = 5;

/** During an outage every request fails. The log gets one line per interval. */
const LOG_INTERVAL_MS = 5000;

/** Schema of the answer while the database is unavailable. */
export const databaseUnavailable = z
  .object({
    statusCode: z.literal(503),
    error: z.literal('Service Unavailable'),
    message: z.string(),
    code: z.literal('database_unavailable'),
  })
  .meta({ id: 'DatabaseUnavailable' });

export const DATABASE_UNAVAILABLE: z.infer<typeof databaseUnavailable> = {
  statusCode: 503,
  error: 'Service Unavailable',
  message: 'The database is unavailable. Try again later.',
  code: 'database_unavailable',
};

/** Answers 503 while the database is unavailable. Other failed queries remain a 500. */
@Catch(DatabaseUnavailableError, DrizzleQueryError)
export class DatabaseUnavailableFilter extends FailedRequestFilter {
  private readonly logger = new Logger(DatabaseUnavailableFilter.name);
  private loggedAt = -Infinity;

  constructor(private readonly adapterHost: HttpAdapterHost) {
    super();
  }

  override catch(error: Error, host: ArgumentsHost): void {
    if (!isUnavailable(error)) {
      super.catch(error instanceof DrizzleQueryError ? withoutValues(error) : error, host);
      return;
    }
    const http = host.switchToHttp();
    this.log(error, http.getRequest<{ id: string }>().id);
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(http.getResponse(), 'Retry-After', String(RETRY_AFTER_SEC));
    httpAdapter.setHeader(http.getResponse(), 'Cache-Control', 'no-store');
    super.catch(new ServiceUnavailableException(DATABASE_UNAVAILABLE), host);
  }

  private log(error: Error, requestId: string): void {
    const now = performance.now();
    if (now - this.loggedAt < LOG_INTERVAL_MS) return;
    this.loggedAt = now;
    this.logger.error(`The database is unavailable: ${reason(error)}`, { requestId });
  }
}
