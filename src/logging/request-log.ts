import { Logger } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

const logger = new Logger('Request');

/** Logs how each request was answered, at the level `debug`. */
export function logRequests(adapter: FastifyAdapter): void {
  adapter.setOnResponseHook((request, reply, done) => {
    if (Logger.isLevelEnabled('debug')) {
      logger.debug('Answered', {
        method: request.method,
        // The pattern of the route. Clients put tokens into paths and queries.
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
        requestId: request.id,
      });
    }
    done();
  });
}
