import { Global, Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { authConfig } from '../config/auth.config.js';
import { limitsConfig } from '../config/limits.config.js';
import { RedisConnection } from './redis-connection.js';

type Limits = ConfigType<typeof limitsConfig>;
type Auth = ConfigType<typeof authConfig>;

/**
 * Provides the {@link RedisConnection}, or undefined where there is no `REDIS_URL` or nothing that
 * uses it.
 */
@Global()
@Module({
  providers: [
    {
      provide: RedisConnection,
      inject: [limitsConfig.KEY, authConfig.KEY],
      useFactory: ({ redisUrl, perMinute }: Limits, { dpop }: Auth) => {
        const effects = [
          perMinute === undefined ? [] : 'requests are not limited',
          dpop === undefined ? [] : 'requests with DPoP are refused',
        ].flat();
        if (redisUrl === undefined || effects.length === 0) return undefined;
        return RedisConnection.open(redisUrl, effects.join(' and '));
      },
    },
  ],
  exports: [RedisConnection],
})
export class RedisModule {}
