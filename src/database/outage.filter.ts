import { type ArgumentsHost, Catch, Logger, ServiceUnavailableException } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DrizzleQueryError } from 'drizzle-orm';
import { z } from 'zod';
import { FailedRequestFilter } from '../logging/failed-request.filter.js';
import { ConnectionError, isUnavailable, reason } from './outage.js';

const RETRY_AFTER_SEC = 5;

/** In an outage every request fails alike: one line per this time, then one that counts the others. */
const LOG_INTERVAL_MS = 5000;

/** Body of the answer while the database is away. */
export const databaseUnavailable = z
  .object({
    statusCode: z.literal(503),
    error: z.literal('Service Unavailable'),
    message: z.string(),
    code: z.literal('database_unavailable'),
  })
  .meta({ id: 'DatabaseUnavailable' });

/**
 * Answers 503 while the database is away, and leaves every other fault of a query what it is, a 500. Only the
 * database's own errors come here, so that a network error of something else is never taken for one.
 */
@Catch(ConnectionError, DrizzleQueryError)
export class DatabaseUnavailableFilter extends FailedRequestFilter {
  private readonly logger = new Logger(DatabaseUnavailableFilter.name);
  private loggedAt = -Infinity;
  private unlogged = 0;

  constructor(private readonly adapterHost: HttpAdapterHost) {
    super();
  }

  override catch(error: Error, host: ArgumentsHost): void {
    if (!isUnavailable(error)) {
      super.catch(error, host);
      return;
    }
    const { id } = host.switchToHttp().getRequest<{ id: string }>();
    this.log(error, id);
    const response: unknown = host.switchToHttp().getResponse();
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, 'Retry-After', String(RETRY_AFTER_SEC));
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    super.catch(new DatabaseUnavailableException(error), host);
  }

  private log(error: Error, requestId: string): void {
    const now = performance.now();
    if (now - this.loggedAt < LOG_INTERVAL_MS) {
      this.unlogged++;
      return;
    }
    const others =
      this.unlogged > 0 ? ` (and ${this.unlogged} more requests failed like this)` : '';
    this.logger.error(`The database is unavailable: ${reason(error)}${others}`, { requestId });
    this.loggedAt = now;
    this.unlogged = 0;
  }
}

class DatabaseUnavailableException extends ServiceUnavailableException {
  constructor(cause: Error) {
    const body: z.infer<typeof databaseUnavailable> = {
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'The database is unavailable. Try again later.',
      code: 'database_unavailable',
    };
    super(body, { cause });
  }
}
