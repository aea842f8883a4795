import { Logger } from '@nestjs/common';
import type { ResolvedAuthOptions, ResolvedIssuer } from '../auth.options.js';
import type { Clock } from '../clock.js';
import { TemporarilyUnavailableError } from '../refusals/auth.errors.js';
import type { IssuerStatus } from './issuer-status.js';
import { JwksSource, reasonOf } from './jwks-source.js';
import { KeySet, type SigningKey } from './key-set.js';

/** Between these parts of its maximum age a set is refreshed in the background. */
const REFRESH_AT = [0.7, 0.8] as const;

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 5_000;

/**
 * The key set of one issuer, and when to fetch it: one fetch at a time. After a failure the next
 * attempt comes in 1 s, doubling to 5 s, and the old set stays.
 *
 * | the set is                         | the issuer answers      | it is unavailable       |
 * | ---------------------------------- | ----------------------- | ----------------------- |
 * | within `jwksMaxAgeSec`             | used                    | used                    |
 * | older                              | one attempt comes first | used                    |
 * | missing, or over `jwksMaxStaleSec` | one attempt comes first | 503 until the next one  |
 */
export class RefreshedKeySet {
  /** As the discovery document spells it; as configured until the first set is loaded. */
  issuer: string;
  /** The set of the last fetch that succeeded, however old it is. */
  latest?: KeySet;
  /** Settles when the fetch under way has ended, and never rejects. */
  fetching?: Promise<void>;

  private readonly logger = new Logger('IssuerKeys');
  private readonly source: JwksSource;
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

  stop(): void {
    this.stopped = true;
    this.cancelTimer();
    this.source.abort('the application has stopped');
  }

  status(): IssuerStatus {
    const { issuer, latest, counts } = this;
    const keysAgeSec = latest && this.ageMs(latest) / 1000;
    return { issuer, isReady: this.usable !== undefined, keysAgeSec, ...counts };
  }

  /** The set that tokens may be verified with. */
  get usable(): KeySet | undefined {
    const { latest } = this;
    const isTooOld = latest && this.ageMs(latest) > this.options.jwksMaxStaleSec * 1000;
    return isTooOld ? undefined : latest;
  }

  /** The usable set. Undefined when it must be refreshed before it is used. */
  get usableWithoutRefresh(): KeySet | undefined {
    const { usable } = this;
    const isAged = usable && this.ageMs(usable) > this.options.jwksMaxAgeSec * 1000;
    return isAged && !this.isInOutage ? undefined : usable;
  }

  /** Whether the last attempt has failed. */
  get hasFailed(): boolean {
    return this.failures > 0;
  }

  /** Whether the last attempt has failed and the next one is not due yet. */
  get isBackingOff(): boolean {
    return this.failures > 0 && this.nextAttemptAt > this.clock.now();
  }

  /**
   * Whether the issuer is known to be unavailable: backing off, or the next attempt is overdue by
   * no more than the time that one takes. If it is overdue for longer, the machine has slept.
   */
  private get isInOutage(): boolean {
    const overdueMs = this.clock.now() - this.nextAttemptAt;
    return this.failures > 0 && overdueMs <= this.options.jwksTimeoutMs;
  }

  /** Fetches the set, or joins the fetch under way. Never rejects. */
  fetch(): Promise<void> {
    this.fetching ??= this.attempt()
      // A logger that throws must not end the process.
      .catch(() => {})
      .finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  /** The refusal of a token that cannot be judged without the issuer. */
  unavailable(
    kid?: string,
    waitMs = this.nextAttemptAt - this.clock.now(),
  ): TemporarilyUnavailableError {
    const retryAfterSec = Math.max(1, Math.ceil(waitMs / 1000));
    return new TemporarilyUnavailableError('keys_unavailable', retryAfterSec, {
      cause: this.failures > 0 ? this.lastError : undefined,
      detail: { issuer: this.issuer, kid },
    });
  }

  private async attempt(): Promise<void> {
    const at = this.clock.now();
    this.cancelTimer();
    // The last failure is long ago: the delays begin at the first again.
    if (!this.isInOutage) this.failures = 0;
    try {
      const { issuer, jwks } = await this.source.fetch();
      // When the spelling changes, no cached token of the old one may find its key again.
      const previous = issuer === this.issuer ? this.latest : undefined;
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
    const before = { issuer: this.issuer, summary: this.latest?.summary, failures: this.failures };
    this.issuer = issuer;
    this.latest = set;
    this.failures = 0;
    const [earliestMs, latestMs] = REFRESH_AT.map((at) => at * this.options.jwksMaxAgeSec * 1000);
    const refreshAtMs = this.clock.between(earliestMs!, latestMs!);
    // The age begins when the set was requested.
    this.schedule(Math.max(refreshAtMs - this.ageMs(set), FIRST_RETRY_MS));
    if (issuer !== before.issuer) {
      this.logger.warn(
        `The discovery document of ${before.issuer} names the issuer ${issuer}: ` +
          'tokens must have exactly this iss.',
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
    const consequence = this.latest
      ? `the keys fetched ${Math.round(this.ageMs(this.latest) / 1000)} s ago stay in use`
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
}
