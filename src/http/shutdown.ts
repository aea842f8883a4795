import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Time in which requests under way must finish when the application stops, in milliseconds. */
const FINISH_TIMEOUT_MS = 7000;

/**
 * Closes the connections whose requests do not finish, which would keep the application running.
 * Supervisors allow ten seconds; the rest is for closing the database.
 */
@Injectable()
export class ShutdownDeadline implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ShutdownDeadline.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    const server = this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
    if (!server?.listening) return;
    const deadline = setTimeout(() => {
      this.logger.warn('Some requests did not finish in time; their connections are closed.');
      server.closeAllConnections();
    }, FINISH_TIMEOUT_MS);
    deadline.unref();
    server.once('close', () => clearTimeout(deadline));
  }
}
