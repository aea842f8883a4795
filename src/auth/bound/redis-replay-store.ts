import type { ReplayStore } from './replay-store.js';

/** What is used of a client of Redis: `set` of ioredis. */
export interface RedisClient {
  set(key: string, value: string, px: 'PX', ttlMs: number, nx: 'NX'): Promise<unknown>;
}

const KEY_PREFIX = 'dpop:';

/**
 * Remembers the proofs in Redis, for several instances together.
 *
 * A command must fail soon when Redis is gone or silent. A client of ioredis needs the options
 * `enableOfflineQueue: false`, `maxRetriesPerRequest: 0` and a `commandTimeout`, such as 250.
 *
 * @example
 * dpop: { mode: 'allowed', replays: new RedisReplayStore(new Redis(url, options)) }
 */
export class RedisReplayStore implements ReplayStore {
  constructor(private readonly client: RedisClient) {}

  async remember(key: string, ttlMs: number): Promise<boolean> {
    return (await this.client.set(KEY_PREFIX + key, '1', 'PX', ttlMs, 'NX')) === 'OK';
  }
}
