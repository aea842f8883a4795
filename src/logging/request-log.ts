import { Logger } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Config } from '../config.js';
import { duringRequest, FOLLOWS_FOR_NOTHING, inRequest } from './request-context.js';

const logger = new Logger('Request');

/**
 * Sends the id of each request back as `X-Request-Id`, and makes it known to every log line written for it.
 *
 * With `LOG_LEVEL` `error` or `fatal`, lines come from where a request fails, and there it is at hand: before Node 24 requests
 * are then not followed any further.
 */
export function logRequests(adapter: FastifyAdapter, logLevel: Config['logLevel'] = 'info'): void {
  const follows = FOLLOWS_FOR_NOTHING || !['error', 'fatal'].includes(logLevel);
  // The adapter's own hooks come before all others, so that a CORS preflight gets its id as well.
  adapter.setOnRequestHook((request, reply, done) => {
    reply.header('X-Request-Id', request.id);
    if (follows) inRequest(request.id, done);
    else done();
  });
  if (follows) followBodies(adapter);
  adapter.setOnResponseHook((request, reply, done) => {
    if (!Logger.isLevelEnabled('debug')) {
      done();
      return;
    }
    // The pattern of the route, never the URL: people put tokens into paths and queries.
    const route = request.routeOptions.url ?? 'unknown';
    duringRequest(request.id, () =>
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

/** A body arrives in events of the connection, which know nothing of the request it belongs to. */
function followBodies(adapter: FastifyAdapter): void {
  adapter.getInstance().addHook('preValidation', (request, _reply, done) => {
    if (request.body === undefined) done();
    else inRequest(request.id, done);
  });
}
