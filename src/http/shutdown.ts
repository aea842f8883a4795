import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Time that requests under way have to finish once the application is told to stop, in milliseconds. */
const REQUESTS_MAY_TAKE_MS = 7000;

/**
 * Ends connections that would keep the application from stopping: a request that hangs, one that never arrives
 * whole. What comes after, closing the database, fits into the rest of the ten seconds that supervisors allow.
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
