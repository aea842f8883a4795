import { LRUCache } from 'lru-cache';
import type { Clock } from '../auth/index.js';

/** Clients that are remembered, at most. */
const MAX_CLIENTS = 10_000;

const WINDOW_MS = 60_000;

/**
 * Limits how often a client may fail within a minute. Anyone who does not fail is never limited.
 * Each instance counts alone.
 */
export class FailureLimit {
  private readonly failures = new LRUCache<string, { count: number; endsAt: number }>({
    max: MAX_CLIENTS,
  });

  constructor(
    private readonly clock: Clock,
    private readonly limit: number,
  ) {}

  /** Seconds after which the client may try again: 0 while it is within the limit. */
  waitSec(client: string): number {
    const { count = 0, endsAt = 0 } = this.failures.get(client) ?? {};
    const waitMs = count < this.limit ? 0 : endsAt - this.clock.now();
    return Math.max(0, Math.ceil(waitMs / 1000));
  }

  /** Counts a failure. A minute begins with the first one. */
  count(client: string): void {
    const now = this.clock.now();
    const known = this.failures.get(client);
    if (known && known.endsAt > now) known.count += 1;
    else this.failures.set(client, { count: 1, endsAt: now + WINDOW_MS });
  }
}
