import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** How many requests a client may make. */
export const limitsConfig = registerAs('limits', () => {
  const { RATE_LIMIT, REDIS_URL } = readEnvironment();
  return {
    /** Requests per minute and client. Without it there is no limit. */
    perMinute: RATE_LIMIT,
    /** Where several instances count together. Without it, each counts alone. */
    redisUrl: REDIS_URL,
  };
});
