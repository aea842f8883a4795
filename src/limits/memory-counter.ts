import type { ThrottlerStorage } from '@nestjs/throttler';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../auth/index.js';

/** Clients that are remembered. Requests from ever more addresses do not fill the memory. */
const MAX_CLIENTS = 100_000;

interface Window {
  hits: number;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

type Count = ReturnType<ThrottlerStorage['increment']>;

/** Counts requests in the memory of the process. A client's minute begins with its first one. */
export class MemoryCounter implements ThrottlerStorage {
  private readonly windows = new LRUCache<string, Window>({ max: MAX_CLIENTS });

  constructor(private readonly clock: Clock) {}

  async increment(key: string, ttlMs: number, limit: number): Count {
    const now = this.clock.now();
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      window = { hits: 0, endsAt: now + ttlMs };
      this.windows.set(key, window);
    }
    window.hits += 1;
    return countOf(window.hits, limit, window.endsAt - now);
  }
}

/** What throttler's guard wants to know. A client is blocked until its minute ends. */
export function countOf(hits: number, limit: number, endsInMs: number): Awaited<Count> {
  const seconds = Math.ceil(endsInMs / 1000);
  return {
    totalHits: hits,
    timeToExpire: seconds,
    isBlocked: hits > limit,
    timeToBlockExpire: seconds,
  };
}
