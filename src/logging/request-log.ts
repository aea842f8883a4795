import { Logger } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { inRequest } from './request-context.js';

const logger = new Logger('Request');

/** Makes the id of each request known to every log line written for it, and sends it back as `X-Request-Id`. */
export function logRequests(adapter: FastifyAdapter): void {
  // The adapter's own hooks come before all others, so that a CORS preflight gets its id as well.
  adapter.setOnRequestHook((request, reply, done) => {
    reply.header('X-Request-Id', request.id);
    inRequest(request.id, done);
  });
  // A body arrives in events of the connection, which know nothing of the request it belongs to.
  adapter.getInstance().addHook('preValidation', (request, _reply, done) => {
    if (request.body === undefined) done();
    else inRequest(request.id, done);
  });
  adapter.setOnResponseHook((request, reply, done) => {
    if (!Logger.isLevelEnabled('debug')) {
      done();
      return;
    }
    // The pattern of the route, never the URL: people put tokens into paths and queries.
    const route = request.routeOptions.url ?? 'unknown';
    inRequest(request.id, () =>
      logger.debug('Answered', {
        method: request.method,
        route,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
      }),
    );
    done();
  });
}
