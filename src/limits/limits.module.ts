import { Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { APP_GUARD, ModuleRef } from '@nestjs/core';
import { minutes, ThrottlerModule } from '@nestjs/throttler';
import { Clock } from '../auth/index.js';
import { limitsConfig } from '../config/limits.config.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { MemoryCounter } from './memory-counter.js';
import { RateLimitClient } from './rate-limit.client.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RedisCounter } from './redis-counter.js';

type Config = ConfigType<typeof limitsConfig>;

/**
 * Limits how many requests a client may make per minute, where `RATE_LIMIT` is set. Import it
 * before `AuthModule`: guards run in the order of the imports, and refused tokens count as well.
 */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [limitsConfig.KEY, Clock, RedisConnection],
      useFactory: ({ perMinute }: Config, clock: Clock, redis?: RedisConnection) => ({
        throttlers: [{ limit: perMinute ?? Infinity, ttl: minutes(1) }],
        storage: redis ? new RedisCounter(redis) : new MemoryCounter(clock),
        setHeaders: false,
      }),
    }),
  ],
  providers: [
    RateLimitClient,
    {
      provide: APP_GUARD,
      inject: [limitsConfig.KEY, ModuleRef],
      // Without a limit there is no guard, and nothing is counted.
      useFactory: ({ perMinute }: Config, moduleRef: ModuleRef) =>
        perMinute === undefined ? undefined : moduleRef.create(RateLimitGuard),
    },
  ],
})
export class LimitsModule {}
