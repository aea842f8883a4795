import { isIP } from 'node:net';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { loggingConfig } from '../config/logging.config.js';
import { traceIdOf } from './trace-context.js';

type Hook = Parameters<FastifyAdapter['setOnResponseHook']>[0];
type Request = Parameters<Hook>[0];
type Reply = Parameters<Hook>[1];

/** Routes that are called every few seconds and say nothing about clients. */
const UNLOGGED = /^\/health\//;

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
    this.adapterHost.httpAdapter.getInstance().addHook('onResponse', (request, reply, done) => {
      this.log(request, reply);
      done();
    });
  }

  private log(request: Request, reply: Reply): void {
    if (!Logger.isLevelEnabled(this.level)) return;
    const route = request.routeOptions.url ?? 'unknown';
    if (UNLOGGED.test(route)) return;
    this.logger[this.level]('Answered', {
      method: request.method,
      route,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      client: clientAddress(request),
      sub: request.auth?.payload.sub?.slice(0, MAX_SUBJECT),
      requestId: request.id,
      traceId: traceIdOf(request.headers.traceparent),
    });
  }
}

/** The address that a trusted proxy reports may be anything; that of the connection is one. */
function clientAddress({ ip, socket }: Request): string | undefined {
  return isIP(ip) ? ip : socket.remoteAddress;
}
