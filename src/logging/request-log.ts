import { Logger } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { duringRequest, inRequest } from './request-context.js';

const logger = new Logger('Request');

/** Makes the id of a request known to every log line written for its answer, and logs how it was answered. */
export function logRequests(adapter: FastifyAdapter, follows: boolean): void {
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
