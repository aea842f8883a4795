import type { ThrottlerStorage } from '@nestjs/throttler';
import type { ClientContext, Result } from 'ioredis';
import type { RedisConnection } from '../redis/redis-connection.js';
import { countOf } from './memory-counter.js';

const KEY_PREFIX = 'rate-limit:';

/** Adds a request, and answers with the count and the rest of the minute in milliseconds. */
const COUNT_REQUEST = `
local count = redis.call('INCR', KEYS[1])
local rest = redis.call('PTTL', KEYS[1])
if rest < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  rest = tonumber(ARGV[1])
end
return { count, rest }
`;

declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    countRequest(key: string, ttlMs: number): Result<[count: number, restMs: number], Context>;
  }
}

/** Counts requests in Redis, for several instances together. Without Redis, requests pass. */
export class RedisCounter implements ThrottlerStorage {
  /** Requests that were not counted since the start. */
  failures = 0;

  constructor(private readonly redis: RedisConnection) {
    redis.client.defineCommand('countRequest', { lua: COUNT_REQUEST, numberOfKeys: 1 });
  }

  async increment(
    key: string,
    ttlMs: number,
    limit: number,
  ): ReturnType<ThrottlerStorage['increment']> {
    try {
      const [count, restMs] = await this.redis.run((client) =>
        client.countRequest(KEY_PREFIX + key, ttlMs),
      );
      return countOf(count, limit, restMs);
    } catch {
      this.failures += 1;
      return countOf(0, limit, 0); // the connection logs the reason
    }
  }
}
