import { Logger } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

type Hook = Parameters<FastifyAdapter['setOnResponseHook']>[0];

const logger = new Logger('Request');

/** Logs how a request was answered, at the level `debug`. */
export function logAnswer(request: Parameters<Hook>[0], reply: Parameters<Hook>[1]): void {
  if (!Logger.isLevelEnabled('debug')) return;
  logger.debug('Answered', {
    method: request.method,
    // The pattern of the route. Clients put tokens into paths and queries.
    route: request.routeOptions.url ?? 'unknown',
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime),
    requestId: request.id,
  });
}
