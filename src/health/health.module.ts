import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { RevocationModule } from '../revocation/revocation.module.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

@Module({
  // Terminus would log each failed probe. What fails is logged where it fails.
  imports: [TerminusModule.forRoot({ logger: false }), RevocationModule],
  controllers: [HealthController],
  providers: [Readiness],
})
export class HealthModule {}
