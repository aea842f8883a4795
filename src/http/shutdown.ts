import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Time that requests under way have to finish when the application stops, in milliseconds. */
const REQUESTS_MAY_TAKE_MS = 7000;

/**
 * Closes connections that would keep the application from stopping: a request that hangs, or one
 * that never arrives whole. Supervisors allow ten seconds, and closing the database needs the rest.
 */
@Injectable()
export class ShutdownDeadline implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ShutdownDeadline.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    const server: Server = this.adapterHost.httpAdapter.getHttpServer();
    if (!server.listening) return;
    const deadline = setTimeout(() => {
      this.logger.warn('Some requests did not finish in time; their connections are closed.');
      server.closeAllConnections();
    }, REQUESTS_MAY_TAKE_MS);
    deadline.unref();
    server.once('close', () => clearTimeout(deadline));
  }
}
