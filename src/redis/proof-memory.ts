import { type AuthOptions, RedisReplayStore } from '../auth/index.js';
import type { RedisConnection } from './redis-connection.js';

/** Options of `AuthModule` with which the instances remember DPoP proofs together, in Redis. */
export function rememberProofs(options: AuthOptions, redis?: RedisConnection): AuthOptions {
  if (!redis || !options.dpop) return options;
  const replays = new RedisReplayStore({
    set: (...command) => redis.run((client) => client.set(...command)),
  });
  return { ...options, dpop: { ...options.dpop, replays } };
}
