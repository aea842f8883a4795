import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { loggingConfig } from '../config/logging.config.js';
import { isProbe } from '../http/is-probe.js';
import { clientAddress } from '../http/client-address.js';
import { traceIdOf } from './trace-context.js';

type Hook = Parameters<FastifyAdapter['setOnResponseHook']>[0];
type Request = Parameters<Hook>[0];

/** A `sub` comes from the issuer, but its length is not limited. */
const MAX_SUBJECT = 255;

/**
 * Logs how each request was answered: one line at the level `info` in production, and at `debug`
 * elsewhere. The path and the query are not logged, because clients put tokens into them.
 */
@Injectable()
export class RequestLog implements OnModuleInit {
  private readonly logger = new Logger('Request');
  private readonly level: 'log' | 'debug';

  constructor(
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
    @Inject(loggingConfig.KEY) { logFormat }: ConfigType<typeof loggingConfig>,
  ) {
    this.level = logFormat === 'json' ? 'log' : 'debug';
  }

  onModuleInit(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance();
    fastify.addHook('onResponse', (request, { statusCode: status, elapsedTime }, done) => {
      this.log('Answered', request, { status, durationMs: Math.round(elapsedTime) });
      done();
    });
    // Such a request may have been carried out.
    fastify.addHook('onRequestAbort', (request, done) => {
      this.log('The client left before it was answered', request);
      done();
    });
  }

  private log(message: string, request: Request, answer: object = {}): void {
    if (!Logger.isLevelEnabled(this.level)) return;
    const route = request.routeOptions.url ?? 'unmatched';
    if (isProbe(route)) return;
    this.logger[this.level](message, {
      method: request.method,
      route,
      ...answer,
      client: clientAddress(request),
      sub: request.auth?.payload.sub?.slice(0, MAX_SUBJECT),
      requestId: request.id,
      traceId: traceIdOf(request.headers.traceparent),
    });
  }
}
