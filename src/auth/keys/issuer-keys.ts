import { Logger } from '@nestjs/common';
import type { ResolvedAuthOptions, ResolvedIssuer } from '../auth.options.js';
import type { Clock } from '../clock.js';
import { InvalidTokenError, TemporarilyUnavailableError } from '../refusals/auth.errors.js';
import { claimOf } from '../token/claim-path.js';
import type { CompactJws } from '../token/compact-jws.js';
import type { IssuerStatus } from './issuer-status.js';
import { withoutSlash } from './issuer-url.js';
import { JwksSource, reasonOf } from './jwks-source.js';
import { KeySet, type SigningKey } from './key-set.js';

/** Tokens with an unknown key cause at most one refresh in this time, for all requests. */
const TOKEN_REFRESH_INTERVAL_MS = 30_000;

/** Between these parts of its maximum age a set is refreshed in the background. */
const REFRESH_AT = [0.7, 0.8] as const;

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 5_000;

/** Most requests that wait for a fetch; the next are answered with 503 immediately. */
const MAX_WAITING = 500;

/**
 * The signing keys of one issuer, and when to fetch them: one fetch at a time.
 *
 * - A set within its age is used without waiting. Past it, one attempt to refresh comes first; if
 *   that fails, the old set stays in use, up to `jwksMaxStaleSec`.
 * - After a failure the next attempt comes in 1 s, doubling to 5 s. Meanwhile no request waits.
 * - A token that the set cannot verify causes at most one refresh in 30 s.
 */
export class IssuerKeys {
  /** As the discovery document spells it; until then as configured. */
  issuer: string;

  private readonly logger = new Logger(IssuerKeys.name);
  private readonly source: JwksSource;
  private set?: KeySet;
  private fetching?: Promise<void>;
  /** The fetch under way, if a token caused it. */
  private tokenRefresh?: Promise<void>;
  private refreshedAt = Number.NEGATIVE_INFINITY;
  private waiting = 0;
  private failures = 0;
  private readonly counts = { fetches: 0, failedFetches: 0 };
  private nextAttemptAt = 0;
  private lastError?: Error;
  private stopped = false;
  private cancelTimer = () => {};

  constructor(
    private readonly configured: ResolvedIssuer,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {
    this.issuer = configured.issuer;
    this.source = new JwksSource(configured, options.jwksTimeoutMs, clock);
  }

  /** Starts the first fetch and does not wait for it. */
  start(): void {
    void this.fetch();
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer();
    this.source.abort('the application has stopped');
  }

  status(): IssuerStatus {
    const { issuer, set, counts } = this;
    const keysAgeSec = set && this.ageMs(set) / 1000;
    return { issuer, isReady: this.isUsable(set), keysAgeSec, ...counts };
  }

  /**
   * Whether a token with this `iss` is verified with these keys. Until the discovery document has
   * been read, the final slash may differ.
   */
  mayHaveIssued(iss: unknown): boolean {
    if (iss === this.issuer) return true;
    const isUndiscovered = this.configured.jwksUri === undefined && this.set === undefined;
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
    const set = this.usableNow() ?? (await this.refreshByAge());
    const { kid } = jws.header;
    const key = set.find(jws.header);
    if (key) return key;
    if (kid !== undefined && set.named(kid).length === 0) return this.findAfterRefresh(jws);
    // The kid is of a key for another algorithm, or there is none: the issuer may have new keys.
    const replacement = await this.findReplacement(jws);
    if (replacement) return replacement;
    throw this.unknown(jws);
  }

  /** Another key, if the issuer has one now, for a token whose signature fails under `failed`. */
  async findReplacement(jws: CompactJws, failed?: SigningKey): Promise<SigningKey | undefined> {
    await this.waitForFetchByAge();
    if (this.set?.find(jws.header) === failed && this.mayRefreshForToken())
      await this.wait(this.refreshForToken());
    const key = this.set?.find(jws.header);
    return key === failed ? undefined : key;
  }

  /** Whether tokens that this key has verified are still accepted. */
  trusts(key: SigningKey): boolean {
    return this.usableNow()?.has(key) ?? false;
  }

  /** The set, unless it is so old that an attempt to refresh it comes first. */
  private usableNow(): KeySet | undefined {
    const { set } = this;
    if (!set || this.ageMs(set) <= this.options.jwksMaxAgeSec * 1000) return set;
    return this.hasJustFailed() && this.isUsable(set) ? set : undefined;
  }

  private async refreshByAge(): Promise<KeySet> {
    if (!this.isBackingOff()) await this.wait(this.fetch());
    if (!this.isUsable(this.set)) throw this.unavailable();
    return this.set;
  }

  /** Looks for an unknown key in a set that was requested after the token arrived. */
  private async findAfterRefresh(jws: CompactJws): Promise<SigningKey> {
    await this.waitForFetchByAge();
    const settled = this.set?.find(jws.header);
    if (settled) return settled;
    if (!this.mayRefreshForToken()) {
      if (this.isBackingOff()) throw this.unavailable(jws);
      throw this.mayBeNewer(jws) ? this.unavailable(jws, this.refreshWaitMs()) : this.unknown(jws);
    }
    await this.wait(this.refreshForToken());
    const key = this.set?.find(jws.header);
    if (key) return key;
    throw this.failures > 0 ? this.unavailable(jws) : this.unknown(jws);
  }

  /** Its answer may be older than the token, so it may not contain the token's key yet. */
  private async waitForFetchByAge(): Promise<void> {
    if (this.fetching && !this.tokenRefresh) await this.wait(this.fetching);
  }

  private mayRefreshForToken(): boolean {
    return this.tokenRefresh !== undefined || (!this.isBackingOff() && this.refreshWaitMs() <= 0);
  }

  /** A fetch that a token causes. */
  private refreshForToken(): Promise<void> {
    if (!this.tokenRefresh) {
      this.refreshedAt = this.clock.now();
      this.tokenRefresh = this.fetch().finally(() => (this.tokenRefresh = undefined));
    }
    return this.tokenRefresh;
  }

  /** Time until a token may cause a refresh again. None when the clock has been set back. */
  private refreshWaitMs(): number {
    const sinceMs = this.clock.now() - this.refreshedAt;
    return sinceMs < 0 ? 0 : TOKEN_REFRESH_INTERVAL_MS - sinceMs;
  }

  private async wait(fetching: Promise<void>): Promise<void> {
    if (this.waiting >= MAX_WAITING) throw this.unavailable();
    this.waiting += 1;
    try {
      await fetching;
    } finally {
      this.waiting -= 1;
    }
  }

  private fetch(): Promise<void> {
    this.fetching ??= this.attempt()
      // A logger that throws must not end the process.
      .catch(() => {})
      .finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async attempt(): Promise<void> {
    const at = this.clock.now();
    this.cancelTimer();
    if (!this.hasJustFailed()) this.failures = 0;
    try {
      const { issuer, jwks } = await this.source.fetch();
      // When the spelling changes, tokens with the old one must not be found in the cache.
      const previous = issuer === this.issuer ? this.set : undefined;
      this.succeed(issuer, new KeySet(jwks, at, previous));
    } catch (error) {
      this.counts.failedFetches += 1;
      this.fail(error as Error);
    } finally {
      this.counts.fetches += 1;
    }
  }

  private succeed(issuer: string, set: KeySet): void {
    const { algorithms } = this.configured;
    const isAllowed = (key: SigningKey) => key.algorithms.some((name) => algorithms.includes(name));
    if (!set.keys.some(isAllowed)) {
      throw new Error(`no usable key for ${algorithms.join(', ')} in the key set`);
    }
    const before = { issuer: this.issuer, summary: this.set?.summary, failures: this.failures };
    this.issuer = issuer;
    this.set = set;
    this.failures = 0;
    const [earliestMs, latestMs] = REFRESH_AT.map((at) => at * this.options.jwksMaxAgeSec * 1000);
    const refreshAtMs = this.clock.between(earliestMs!, latestMs!);
    // The age begins when the set was requested.
    this.schedule(Math.max(refreshAtMs - this.ageMs(set), FIRST_RETRY_MS));
    if (issuer !== before.issuer) {
      this.logger.warn(
        `The discovery document of ${before.issuer} names the issuer ${issuer}: iss must be equal.`,
      );
    }
    if (before.failures > 0 || set.summary !== before.summary) {
      this.logger.log(`Loaded the signing keys of ${issuer}: ${set.summary}`);
    }
  }

  private fail(error: Error): void {
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS);
    this.failures += 1;
    this.lastError = error;
    this.nextAttemptAt = this.clock.now() + delayMs;
    this.schedule(delayMs);
    if (this.failures > 1 || this.stopped) return;
    const consequence = this.set
      ? `the keys fetched ${Math.round(this.ageMs(this.set) / 1000)} s ago stay in use`
      : 'tokens are answered with 503';
    this.logger.error(
      `Cannot fetch the signing keys of ${this.issuer}; ${consequence}: ${reasonOf(error)}`,
    );
  }

  private schedule(delayMs: number): void {
    this.cancelTimer();
    if (this.stopped) return;
    this.cancelTimer = this.clock.after(delayMs, () => void this.fetch());
  }

  private ageMs(set: KeySet): number {
    return this.clock.now() - set.fetchedAt;
  }

  private isUsable(set: KeySet | undefined): set is KeySet {
    return set !== undefined && this.ageMs(set) <= this.options.jwksMaxStaleSec * 1000;
  }

  /** Between a failed attempt and the next. */
  private isBackingOff(): boolean {
    return this.failures > 0 && this.nextAttemptAt > this.clock.now();
  }

  /** Whether the last attempt failed, unless it is long ago because the machine has slept. */
  private hasJustFailed(): boolean {
    const lateMs = this.clock.now() - this.nextAttemptAt;
    return this.failures > 0 && lateMs <= this.options.jwksTimeoutMs;
  }

  /** Whether a token may be signed with a key that was published after the last fetch. */
  private mayBeNewer({ payload }: CompactJws): boolean {
    const iat = claimOf(payload, 'iat');
    if (typeof iat !== 'number' || !Number.isFinite(iat) || !this.set) return false;
    const fetchedAtSec = Math.floor(this.set.fetchedAt / 1000);
    return Math.floor(iat) >= fetchedAtSec - this.options.clockToleranceSec;
  }

  private unknown({ header: { kid, alg } }: CompactJws): InvalidTokenError {
    const named = kid === undefined ? [] : (this.set?.named(kid) ?? []);
    const expected = named.flatMap(({ algorithms }) => algorithms);
    return expected.length > 0
      ? new InvalidTokenError('algorithm_not_allowed', { detail: { kid, expected, actual: alg } })
      : new InvalidTokenError('key_unknown', { detail: { kid, alg, expected: this.set?.summary } });
  }

  private unavailable(
    jws?: CompactJws,
    waitMs = this.nextAttemptAt - this.clock.now(),
  ): TemporarilyUnavailableError {
    const retryAfterSec = Math.max(1, Math.ceil(waitMs / 1000));
    return new TemporarilyUnavailableError('keys_unavailable', retryAfterSec, {
      cause: this.failures > 0 ? this.lastError : undefined,
      detail: { issuer: this.issuer, kid: jws?.header.kid },
    });
  }
}
