import { type ArgumentsHost, Catch, ServiceUnavailableException } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DrizzleQueryError } from 'drizzle-orm';
import { z } from 'zod';
import { FailedRequestFilter } from '../logging/failed-request.filter.js';
import { OutageLog } from './outage-log.js';
import { DatabaseUnavailableError, isUnavailable, withoutValues } from './outage.js';

const RETRY_AFTER_SEC = 5;

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
  private readonly log = new OutageLog(DatabaseUnavailableFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {
    super();
  }

  override catch(error: Error, host: ArgumentsHost): void {
    if (!isUnavailable(error)) {
      super.catch(error instanceof DrizzleQueryError ? withoutValues(error) : error, host);
      return;
    }
    const http = host.switchToHttp();
    this.log.write(error, { requestId: http.getRequest<{ id: string }>().id });
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(http.getResponse(), 'Retry-After', String(RETRY_AFTER_SEC));
    httpAdapter.setHeader(http.getResponse(), 'Cache-Control', 'no-store');
    super.catch(new ServiceUnavailableException(DATABASE_UNAVAILABLE), host);
  }
}
