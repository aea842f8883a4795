import type { ResolvedAuthOptions, ResolvedIssuer } from '../auth.options.js';
import type { Clock } from '../clock.js';
import { InvalidTokenError } from '../refusals/auth.errors.js';
import { claimOf } from '../token/claim-path.js';
import type { CompactJws } from '../token/compact-jws.js';
import type { IssuerStatus } from './issuer-status.js';
import { withoutSlash } from './issuer-url.js';
import type { KeySet, SigningKey } from './key-set.js';
import { RefreshedKeySet } from './refreshed-key-set.js';

/** Tokens with an unknown key cause at most one refresh in this time, for all requests. */
const TOKEN_REFRESH_INTERVAL_MS = 30_000;

/** Most requests that wait for a fetch; the next are answered with 503 immediately. */
const MAX_WAITING = 500;

/**
 * Finds the key of a token among those of one issuer. A token that the set cannot verify causes at
 * most one refresh in 30 s.
 */
export class IssuerKeys {
  private readonly keySet: RefreshedKeySet;
  /** The fetch under way, if a token caused it. */
  private tokenRefresh?: Promise<void>;
  private refreshedAt = Number.NEGATIVE_INFINITY;
  private waiting = 0;

  constructor(
    private readonly configured: ResolvedIssuer,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {
    this.keySet = new RefreshedKeySet(configured, options, clock);
  }

  /** As the discovery document spells it; until then as configured. */
  get issuer(): string {
    return this.keySet.issuer;
  }

  /** Starts the first fetch and does not wait for it. */
  start(): void {
    void this.keySet.fetch();
  }

  stop(): void {
    this.keySet.stop();
  }

  status(): IssuerStatus {
    return this.keySet.status();
  }

  /**
   * Whether a token with this `iss` is verified with these keys. Until the discovery document has
   * been read, the final slash may differ.
   */
  mayHaveIssued(iss: unknown): boolean {
    if (iss === this.issuer) return true;
    const isUndiscovered = this.configured.jwksUri === undefined && !this.keySet.latest;
    return (
      isUndiscovered && typeof iss === 'string' && withoutSlash(iss) === withoutSlash(this.issuer)
    );
  }

  /**
   * The key to verify a token with.
   *
   * @throws InvalidTokenError `key_unknown`, or `algorithm_not_allowed` when the key is for another
   * algorithm.
   * @throws TemporarilyUnavailableError `keys_unavailable` when the issuer cannot be asked.
   */
  async find(jws: CompactJws): Promise<SigningKey> {
    const set = this.keySet.usableNow ?? (await this.refreshByAge());
    const { kid } = jws.header;
    const key = set.find(jws.header);
    if (key) return key;
    // The issuer may have published a key with this name a moment ago.
    if (kid !== undefined && set.named(kid).length === 0) return this.findUnknown(jws);
    // The kid is of a key for another algorithm, or there is none: the issuer may have new keys.
    const replacement = await this.findReplacement(jws);
    if (replacement) return replacement;
    throw this.unknown(jws);
  }

  /** Another key, if the issuer has one now, for a token whose signature fails under `failed`. */
  async findReplacement(jws: CompactJws, failed?: SigningKey): Promise<SigningKey | undefined> {
    await this.waitForFetchByAge();
    if (this.inLatest(jws) === failed && this.mayRefreshForToken()) {
      await this.wait(this.refreshForToken());
    }
    const key = this.inLatest(jws);
    return key === failed ? undefined : key;
  }

  /** Whether tokens that this key has verified are still accepted. */
  trusts(key: SigningKey): boolean {
    return this.keySet.usableNow?.has(key) ?? false;
  }

  private async refreshByAge(): Promise<KeySet> {
    if (!this.keySet.isBackingOff) await this.wait(this.keySet.fetch());
    const { usable } = this.keySet;
    if (!usable) throw this.keySet.unavailable();
    return usable;
  }

  /** The key of a token whose `kid` no key has: in a set that was requested after it arrived. */
  private async findUnknown(jws: CompactJws): Promise<SigningKey> {
    const { keySet } = this;
    const { kid } = jws.header;
    await this.waitForFetchByAge();
    const settled = this.inLatest(jws);
    if (settled) return settled;
    if (this.mayRefreshForToken()) {
      await this.wait(this.refreshForToken());
      const key = this.inLatest(jws);
      if (key) return key;
      throw keySet.hasFailed ? keySet.unavailable(kid) : this.unknown(jws);
    }
    if (keySet.isBackingOff) throw keySet.unavailable(kid);
    throw this.mayBeNewer(jws) ? keySet.unavailable(kid, this.refreshWaitMs()) : this.unknown(jws);
  }

  private inLatest({ header }: CompactJws): SigningKey | undefined {
    return this.keySet.latest?.find(header);
  }

  /**
   * A fetch under way may have been requested before the token's key was published: it has to end
   * before a token can cause another one.
   */
  private async waitForFetchByAge(): Promise<void> {
    const { fetching } = this.keySet;
    if (fetching && !this.tokenRefresh) await this.wait(fetching);
  }

  private mayRefreshForToken(): boolean {
    if (this.tokenRefresh) return true;
    return !this.keySet.isBackingOff && this.refreshWaitMs() <= 0;
  }

  /** A fetch that a token causes. */
  private refreshForToken(): Promise<void> {
    if (!this.tokenRefresh) {
      this.refreshedAt = this.clock.now();
      this.tokenRefresh = this.keySet.fetch().finally(() => (this.tokenRefresh = undefined));
    }
    return this.tokenRefresh;
  }

  /** Time until a token may cause a refresh again. None when the clock has been set back. */
  private refreshWaitMs(): number {
    const sinceMs = this.clock.now() - this.refreshedAt;
    return sinceMs < 0 ? 0 : TOKEN_REFRESH_INTERVAL_MS - sinceMs;
  }

  private async wait(fetching: Promise<void>): Promise<void> {
    if (this.waiting >= MAX_WAITING) throw this.keySet.unavailable();
    this.waiting += 1;
    try {
      await fetching;
    } finally {
      this.waiting -= 1;
    }
  }

  /** Whether a token may be signed with a key that was published after the last fetch. */
  private mayBeNewer({ payload }: CompactJws): boolean {
    const iat = claimOf(payload, 'iat');
    const { latest } = this.keySet;
    if (typeof iat !== 'number' || !Number.isFinite(iat) || !latest) return false;
    const fetchedAtSec = Math.floor(latest.fetchedAt / 1000);
    return Math.floor(iat) >= fetchedAtSec - this.options.clockToleranceSec;
  }

  private unknown({ header: { kid, alg } }: CompactJws): InvalidTokenError {
    const { latest } = this.keySet;
    const named = kid === undefined ? [] : (latest?.named(kid) ?? []);
    const expected = named.flatMap(({ algorithms }) => algorithms);
    return expected.length > 0
      ? new InvalidTokenError('algorithm_not_allowed', { detail: { kid, expected, actual: alg } })
      : new InvalidTokenError('key_unknown', { detail: { kid, alg, expected: latest?.summary } });
  }
}
