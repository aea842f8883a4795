import type { Logger } from '@nestjs/common';
import type { ResolvedAuthOptions } from '../auth.options.js';
import type { Clock } from '../clock.js';
import { InvalidTokenError, TemporarilyUnavailableError } from '../refusals/auth.errors.js';
import { type PublishedKeys, withoutSlash } from './jwks-source.js';
import type { KeyRequest, KeysStatus, VerificationKeys } from './verification-keys.js';
import { isSameKey, type SigningKey, usableKeys } from './key-set.js';

/** An unknown `kid` may cause one refresh in this time, for everybody together. */
const UNKNOWN_KID_INTERVAL_MS = 30_000;

/** Part of its maximum age at which a set is refreshed in the background. */
const REFRESH_AT = 0.8;

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 5_000;

/** The options that rule how keys are kept. */
export type KeyOptions = Pick<
  ResolvedAuthOptions,
  'jwksTimeoutMs' | 'jwksMaxAgeSec' | 'jwksMaxStaleSec' | 'clockToleranceSec'
>;

interface KeySet {
  readonly keys: readonly SigningKey[];
  /** When the issuer was asked for it. */
  readonly at: number;
}

/**
 * The signing keys of one issuer: fetched at the start, refreshed ahead of age, replaced whole, kept
 * through an outage, and safe from tokens that name keys which do not exist.
 *
 * - One fetch at a time, given up after `jwksTimeoutMs`; whoever needs its result waits for it. A token with an unknown
 *   `kid` may wait for the one under way and for one more.
 * - A set within its age serves at once. Past it, one attempt to refresh comes first; if that fails, the
 *   old set serves on, up to `jwksMaxStaleSec`.
 * - After a failure the next attempt comes in 1 s, doubling to 5 s. Nobody waits in between; during it only those wait
 *   for whom there is no set.
 * - An unknown `kid` causes at most one refresh in 30 s. A request whose key is known never notices.
 */
export class IssuerKeys implements VerificationKeys {
  /** The issuer as it spells itself, once the discovery document has told. */
  private spelling: string;
  private set?: KeySet;
  private fetching?: Promise<void>;
  private fetchingForUnknownKid = false;
  private failures = 0;
  private nextAttemptAt = 0;
  private lastError?: Error;
  private unknownKidRefreshAt = Number.NEGATIVE_INFINITY;
  private cancelTimer = () => {};
  private abort = (_reason: Error) => {};
  private stopped = false;

  constructor(
    issuer: string,
    /** Whether its spelling is still to be learnt from a discovery document. */
    private readonly discovers: boolean,
    private readonly options: KeyOptions,
    private readonly fetchKeys: (signal: AbortSignal) => Promise<PublishedKeys>,
    private readonly clock: Clock,
    private readonly logger: Pick<Logger, 'log' | 'warn' | 'error'>,
  ) {
    this.spelling = issuer;
  }

  /** Begins the first fetch and does not wait for it: the application starts without its issuer. */
  start(): void {
    void this.fetch();
  }

  /** Ends the refreshes, the one under way too. */
  stop(): void {
    this.stopped = true;
    this.cancelTimer();
    this.abort(new Error('the application has stopped'));
  }

  get issuer(): string {
    return this.spelling;
  }

  /** Until the issuer has spelled itself, the final slash is forgiven. */
  mayHaveIssued(iss: unknown): boolean {
    if (iss === this.spelling) return true;
    const isUnspelled = this.discovers && this.set === undefined;
    return (
      isUnspelled && typeof iss === 'string' && withoutSlash(iss) === withoutSlash(this.spelling)
    );
  }

  status(): KeysStatus {
    return {
      issuer: this.spelling,
      ageSec: this.set && (this.clock.now() - this.set.at) / 1000,
      lastSuccess: this.set && new Date(this.set.at),
      lastError: this.lastError && reasonOf(this.lastError),
      isOut: this.failures > 0,
      keys: (this.set?.keys ?? []).map(({ kid, algorithms }) => ({ kid, algorithms })),
    };
  }

  find(request: KeyRequest): SigningKey | Promise<SigningKey> {
    const set = this.usableNow();
    return (set && select(set, request)) ?? this.search(request);
  }

  private async search(request: KeyRequest): Promise<SigningKey> {
    const key = select(await this.current(), request);
    if (key) return key;
    // Without a kid there is nothing that a refresh could bring to light.
    if (request.kid === undefined) throw this.unknown(request);
    return this.findAfterRefresh(request);
  }

  vouchesFor(key: SigningKey): boolean {
    return this.usableNow()?.keys.includes(key) ?? false;
  }

  /** The set to verify with; waits for one where there is none to use now. */
  private async current(): Promise<KeySet> {
    const set = this.usableNow();
    if (set) return set;
    if (!this.isBackingOff()) await this.fetch();
    if (!this.isServing(this.set)) throw this.unavailable();
    return this.set;
  }

  /** The set, unless it is so old that an attempt to refresh it comes first. In an outage that is known it serves on. */
  private usableNow(): KeySet | undefined {
    const { set } = this;
    if (!set || this.ageMs(set) <= this.options.jwksMaxAgeSec * 1000) return set;
    return this.isOut() && this.isServing(set) ? set : undefined;
  }

  /** Looks for an unknown key again, in a set that was asked for after the token came. */
  private async findAfterRefresh(request: KeyRequest): Promise<SigningKey> {
    let refreshed = false;
    while (!refreshed) {
      if (!this.fetching) {
        if (this.isBackingOff()) throw this.unavailable(request);
        const sinceMs = this.clock.now() - this.unknownKidRefreshAt;
        const waitMs = UNKNOWN_KID_INTERVAL_MS - sinceMs;
        // Less than nothing has passed when the clock was set back: then nobody knows how much.
        if (waitMs > 0 && sinceMs >= 0) {
          throw this.mayBeNewer(request.iat)
            ? this.unavailable(request, waitMs)
            : this.unknown(request);
        }
        this.unknownKidRefreshAt = this.clock.now();
        this.fetchingForUnknownKid = true;
        void this.fetch();
      }
      // A fetch by age may have been answered before the key was published; then one more follows.
      refreshed = this.fetchingForUnknownKid;
      await this.fetching;
      const key = this.set && select(this.set, request);
      if (key) return key;
    }
    throw this.failures > 0 ? this.unavailable(request) : this.unknown(request);
  }

  private fetch(): Promise<void> {
    this.fetching ??= this.attempt().finally(() => {
      this.fetching = undefined;
      this.fetchingForUnknownKid = false;
    });
    return this.fetching;
  }

  private async attempt(): Promise<void> {
    const { jwksTimeoutMs } = this.options;
    const at = this.clock.now();
    this.cancelTimer();
    if (!this.isOut()) this.failures = 0;
    const controller = new AbortController();
    this.abort = (reason) => controller.abort(reason);
    const cancelTimeout = this.clock.after(jwksTimeoutMs, () => {
      this.abort(new Error(`no complete answer within ${jwksTimeoutMs} ms`));
    });
    try {
      const { issuer, jwks } = await this.fetchKeys(controller.signal);
      const keys = usableKeys(jwks).map((key) => this.known(key) ?? key);
      if (keys.length === 0) throw new Error(`no usable key among the ${jwks.length} published`);
      this.succeed(issuer, { keys, at });
    } catch (error) {
      this.fail(error as Error);
    } finally {
      cancelTimeout();
    }
  }

  /** The same key in the set before: kept, so that what it has verified stays verified. */
  private known(key: SigningKey): SigningKey | undefined {
    return this.set?.keys.find((before) => isSameKey(before, key));
  }

  private succeed(issuer: string, set: KeySet): void {
    const { spelling, set: before, failures } = this;
    this.spelling = issuer;
    this.set = set;
    this.failures = 0;
    const refreshAtMs = this.options.jwksMaxAgeSec * 1000 * REFRESH_AT;
    // From when the set was asked for, at which its age begins.
    this.schedule(Math.max(refreshAtMs - this.ageMs(set), FIRST_RETRY_MS));
    this.tell(() => this.logSuccess({ spelling, set: before, failures }));
  }

  private fail(error: Error): void {
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS);
    this.failures += 1;
    this.lastError = error;
    this.nextAttemptAt = this.clock.now() + delayMs;
    this.schedule(delayMs);
    if (this.failures === 1 && !this.stopped) this.tell(() => this.logFailure(error));
  }

  private schedule(delayMs: number): void {
    this.cancelTimer();
    if (this.stopped) return;
    this.cancelTimer = this.clock.after(delayMs, () => void this.fetch());
  }

  private ageMs(set: KeySet): number {
    return this.clock.now() - set.at;
  }

  /** Whether a set may be used at all. */
  private isServing(set: KeySet | undefined): set is KeySet {
    return set !== undefined && this.ageMs(set) <= this.options.jwksMaxStaleSec * 1000;
  }

  /** Between a failed attempt and the next one. A clock that was set back does not make the time longer. */
  private isBackingOff(): boolean {
    const leftMs = this.nextAttemptAt - this.clock.now();
    return this.failures > 0 && leftMs > 0 && leftMs <= LAST_RETRY_MS;
  }

  /** Whether the last attempt failed and the next is due or under way. Much later, the machine has slept, and this says nothing. */
  private isOut(): boolean {
    const leftMs = this.nextAttemptAt - this.clock.now();
    return this.failures > 0 && leftMs >= -this.options.jwksTimeoutMs;
  }

  /** Whether a token may have been signed with a key that the set is too old to have. */
  private mayBeNewer(iat: unknown): boolean {
    if (typeof iat !== 'number' || !Number.isFinite(iat) || !this.set) return false;
    const fetchedAt = Math.min(this.set.at, this.clock.now());
    return Math.floor(iat) >= Math.floor(fetchedAt / 1000) - this.options.clockToleranceSec;
  }

  private unknown({ kid, alg }: KeyRequest): InvalidTokenError {
    const expected = this.set?.keys.map((key) => key.kid);
    return new InvalidTokenError('key_unknown', { detail: { kid, alg, expected } });
  }

  private unavailable(
    request?: KeyRequest,
    waitMs = this.nextAttemptAt - this.clock.now(),
  ): TemporarilyUnavailableError {
    const retryAfterSec = Math.max(1, Math.ceil(waitMs / 1000));
    return new TemporarilyUnavailableError('keys_unavailable', retryAfterSec, {
      cause: this.failures > 0 ? this.lastError : undefined,
      detail: { issuer: this.spelling, kid: request?.kid },
    });
  }

  /** A log that fails must not turn into keys that cannot be had. */
  private tell(write: () => void): void {
    try {
      write();
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Compared with what was known before. */
  private logSuccess(known: { spelling: string; set?: KeySet; failures: number }): void {
    const issuer = this.spelling;
    if (issuer !== known.spelling) {
      this.logger.warn(
        `The issuer ${known.spelling} spells itself ${issuer}; so must the iss claim.`,
      );
    }
    const names = (this.set?.keys ?? []).map(nameOf);
    const before = known.set?.keys.map(nameOf);
    const came = names.filter((name) => !before?.includes(name));
    const went = (before ?? []).filter((name) => !names.includes(name));
    if (!before) {
      this.logger.log(`Signing keys of ${issuer} loaded: ${names.join(', ')}`);
      return;
    }
    if (known.failures > 0) this.logger.log(`Signing keys of ${issuer} can be had again.`);
    if (came.length + went.length > 0) {
      const changes = [...came.map((name) => `+ ${name}`), ...went.map((name) => `- ${name}`)];
      this.logger.log(`Signing keys of ${issuer} changed: ${changes.join(', ')}`);
    }
  }

  private logFailure(error: Error): void {
    const consequence = this.set
      ? `serving on with those of ${Math.round(this.ageMs(this.set) / 1000)} s ago`
      : 'tokens are answered with 503';
    this.logger.error(
      `Signing keys of ${this.spelling} cannot be had, ${consequence}: ${reasonOf(error)}`,
    );
  }
}

/** The key of a set that a token asks for. */
function select({ keys }: KeySet, { kid, alg }: KeyRequest): SigningKey | undefined {
  const fits = ({ algorithms }: SigningKey) => (algorithms as readonly string[]).includes(alg);
  if (kid === undefined) {
    const fitting = keys.filter(fits);
    return fitting.length === 1 ? fitting[0] : undefined;
  }
  const named = keys.filter((key) => key.kid === kid);
  const key = named.find(fits);
  if (!key && named.length > 0) {
    const expected = named.flatMap(({ algorithms }) => algorithms);
    throw new InvalidTokenError('algorithm_not_allowed', {
      detail: { kid, expected, actual: alg },
    });
  }
  return key;
}

function nameOf({ kid, algorithms }: SigningKey): string {
  return `${kid ?? 'without kid'} (${algorithms.join(' ')})`;
}

/** The text of an error; Node gives none to that of a host whose addresses all refuse. */
function reasonOf(error: NodeJS.ErrnoException): string {
  return error.message || error.code || error.name;
}
