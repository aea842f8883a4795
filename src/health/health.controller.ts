import { Controller, Get, Header } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../auth/index.js';
import { Operation, TagDescription } from '../openapi/operation.decorator.js';
import { healthy, ready } from './health.output.js';
import { Readiness } from './readiness.js';

/** Probes of load balancers and orchestrators. They are neither logged nor limited. */
@Controller('health')
@Public()
@SkipThrottle()
@TagDescription('Probes of load balancers and orchestrators.')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly readiness: Readiness,
  ) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @Operation('Tell whether the process answers', { answer: healthy })
  live() {
    return { status: 'ok' } as const;
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @Operation('Tell whether requests can be served', { answer: ready, failures: ['notReady'] })
  async ready() {
    await this.health.check([
      () => this.readiness.database(),
      () => this.readiness.keys(),
      () => this.readiness.revocations(),
      () => this.readiness.shutdown(),
    ]);
    const { ageSec } = this.readiness.revocations().revocations;
    return { status: 'ok', revocations: { ageSec } } as const;
  }
}
