import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { ThrottlerStorage } from '@nestjs/throttler';
import { AccessTokenVerifier } from '../auth/index.js';
import { metricsConfig } from '../config/metrics.config.js';
import { CONNECTION, type Connection } from '../database/connection.js';
import { RevocationCopy } from '../revocation/revocation-copy.js';
import { RevocationModule } from '../revocation/revocation.module.js';
import type { Metrics, MetricsSources } from './metrics.js';
import { MetricsServer } from './metrics.server.js';
import { METRICS } from './metrics.token.js';

/** Loads prom-client only if there is a port to serve metrics on. */
async function createMetrics(
  { port }: ConfigType<typeof metricsConfig>,
  verifier: AccessTokenVerifier,
  connection: Connection,
  revocations: RevocationCopy,
  rateLimitStorage: MetricsSources['rateLimitStorage'],
): Promise<Metrics | null> {
  if (port === undefined) return null;
  const { Metrics } = await import('./metrics.js');
  return new Metrics({ verifier, connection, revocations, rateLimitStorage });
}

/** Collects metrics and serves them on `METRICS_PORT`. Without the variable it does nothing. */
@Module({
  imports: [RevocationModule],
  providers: [
    {
      provide: METRICS,
      inject: [
        metricsConfig.KEY,
        AccessTokenVerifier,
        CONNECTION,
        RevocationCopy,
        ThrottlerStorage,
      ],
      useFactory: createMetrics,
    },
    MetricsServer,
  ],
  exports: [METRICS],
})
export class MetricsModule implements OnModuleInit {
  constructor(
    @Inject(METRICS) private readonly metrics: Metrics | null,
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
  ) {}

  onModuleInit(): void {
    const { metrics } = this;
    if (!metrics) return;
    const fastify = this.adapterHost.httpAdapter.getInstance();
    fastify.addHook('onResponse', (request, reply, done) => {
      metrics.countAnswer(request, reply.statusCode, reply.elapsedTime);
      done();
    });
    fastify.addHook('onRequestAbort', (request, done) => {
      metrics.countAborted(request);
      done();
    });
  }
}
