import { Global, Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../config/limits.config.js';
import { RedisConnection } from './redis-connection.js';

/**
 * Provides the {@link RedisConnection}, or undefined where there is no `REDIS_URL` or nothing that
 * uses it.
 */
@Global()
@Module({
  providers: [
    {
      provide: RedisConnection,
      inject: [limitsConfig.KEY],
      useFactory: ({ redisUrl, perMinute }: ConfigType<typeof limitsConfig>) =>
        redisUrl && perMinute ? RedisConnection.open(redisUrl) : undefined,
    },
  ],
  exports: [RedisConnection],
})
export class RedisModule {}
