import { LRUCache } from 'lru-cache';
import { Clock } from '../clock.js';

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

export interface MemoryReplayStoreOptions {
  /** @default 500000 */
  maxProofs?: number;
  /** @default the time of the system */
  clock?: Pick<Clock, 'now'>;
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
  private readonly clock: Pick<Clock, 'now'>;
  private readonly maxProofs: number;
  private readonly proofs: LRUCache<string, true>;
  private purgeAt: number;
  private purgedAt = -Infinity;

  /** @param options `maxProofs`: each takes about 200 bytes. `clock`: for tests. */
  constructor({ maxProofs = 500_000, clock = new Clock() }: MemoryReplayStoreOptions = {}) {
    this.clock = clock;
    this.maxProofs = maxProofs;
    this.purgeAt = Math.min(FEW, maxProofs);
    this.proofs = new LRUCache<string, true>({
      // Unlike `max`, it does not reserve the memory. Nothing is evicted: `remember` counts first.
      maxSize: maxProofs,
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
    if (this.proofs.size >= this.maxProofs) {
      throw new Error(`the memory is full: ${this.maxProofs} proofs that have not expired`);
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
    this.purgeAt = Math.min(this.maxProofs, Math.max(FEW, 2 * this.proofs.size));
  }
}
