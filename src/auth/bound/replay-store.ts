import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';

/** Remembers the proofs that were used, so that none is accepted twice (RFC 9449 §11.1). */
export interface ReplayStore {
  /**
   * Remembers a proof, in one atomic step: of several calls with one key, exactly one gets `true`.
   *
   * @param key identifies the proof: 43 characters of base64url.
   * @param ttlMs how long to remember it, in milliseconds: at least 1.
   * @returns false when it is remembered already.
   * @throws when that cannot be known. The request is then answered with 503.
   */
  remember(key: string, ttlMs: number): Promise<boolean>;
}

/** The number of proofs from which the store looks for those that it may forget. */
const FEW = 1024;

/** A store that is full looks for them once per interval. */
const PURGE_INTERVAL_MS = 1000;

/**
 * Remembers the proofs in the memory of this process. It forgets none before its time: a store that
 * is full refuses further proofs until some have expired.
 */
export class MemoryReplayStore implements ReplayStore {
  private readonly proofs: LRUCache<string, true>;
  private purgeAt: number;
  private purgedAt = -Infinity;

  /** @param max number of proofs: about 200 bytes each. @default 500000 */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly max = 500_000,
  ) {
    this.purgeAt = Math.min(FEW, max);
    this.proofs = new LRUCache<string, true>({
      // Unlike `max`, it does not reserve the memory. Nothing is evicted: `remember` counts first.
      maxSize: max,
      sizeCalculation: () => 1,
      // Every entry has its own.
      ttl: 1,
      ttlResolution: 0,
      perf: { now: () => clock.now() },
    });
  }

  async remember(key: string, ttlMs: number): Promise<boolean> {
    if (this.proofs.has(key)) return false;
    this.makeRoom();
    if (this.proofs.size >= this.max) {
      throw new Error(`the memory is full: ${this.max} proofs that have not expired`);
    }
    this.proofs.set(key, true, { ttl: ttlMs });
    return true;
  }

  /** Expired entries are removed when their number has doubled, so that each costs little. */
  private makeRoom(): void {
    const now = this.clock.now();
    if (this.proofs.size < this.purgeAt || now - this.purgedAt < PURGE_INTERVAL_MS) return;
    this.proofs.purgeStale();
    this.purgedAt = now;
    this.purgeAt = Math.min(this.max, Math.max(FEW, 2 * this.proofs.size));
  }
}
