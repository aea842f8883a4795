import { Logger } from '@nestjs/common';
import { reason } from './outage.js';

/** During an outage every request fails. The log gets one line per interval. */
const LOG_INTERVAL_MS = 5000;

/** Logs that the database is unavailable, and why. */
export class OutageLog {
  private readonly logger: Logger;
  private loggedAt = -Infinity;

  constructor(context: string) {
    this.logger = new Logger(context);
  }

  write(error: unknown, members: object): void {
    const now = performance.now();
    if (now - this.loggedAt < LOG_INTERVAL_MS) return;
    this.loggedAt = now;
    this.logger.error(`The database is unavailable: ${reason(error)}`, members);
  }
}
