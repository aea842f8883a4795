import type { ResolvedAuthOptions, ResolvedIssuer } from '../auth.options.js';
import type { Clock } from '../clock.js';
import { type AuthError, InvalidTokenError } from '../refusals/auth.errors.js';
import { claimOf } from '../token/claim-path.js';
import { isNumericDate } from '../token/claim-rules.js';
import type { CompactJws } from '../token/compact-jws.js';
import type { IssuerStatus } from './issuer-status.js';
import { withoutSlash } from './issuer-url.js';
import type { KeySet, SigningKey } from './key-set.js';
import { RefreshedKeySet } from './refreshed-key-set.js';

/** Tokens that the set cannot verify cause at most one refresh in this time, all together. */
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
  private tokenRefreshAt = Number.NEGATIVE_INFINITY;
  private waiting = 0;

  constructor(
    private readonly configured: ResolvedIssuer,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {
    this.keySet = new RefreshedKeySet(configured, options, clock);
  }

  /** As the discovery document spells it; as configured until the first key set is loaded. */
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
   * Whether a token with this `iss` is verified with these keys. Until the first key set has been
   * loaded, the final slash may differ.
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
   * @throws TemporarilyUnavailableError `keys_unavailable` when the issuer cannot be asked now.
   */
  async find(jws: CompactJws): Promise<SigningKey> {
    const set = this.keySet.usableWithoutRefresh ?? (await this.loadUsable());
    const known = set.find(jws.header);
    if (known) return known;
    const { kid } = jws.header;
    const isUnknownKid = kid !== undefined && set.named(kid).length === 0;
    const isRefreshed = await this.refreshIfAllowed(jws);
    const key = this.inLatest(jws);
    if (key) return key;
    throw isUnknownKid ? this.refusalOfUnknownKid(jws, isRefreshed) : this.refusalWithoutKey(jws);
  }

  /** Another key, if the issuer has one now, for a token whose signature fails under `failed`. */
  async findReplacement(jws: CompactJws, failed: SigningKey): Promise<SigningKey | undefined> {
    await this.refreshIfAllowed(jws, failed);
    const key = this.inLatest(jws);
    return key === failed ? undefined : key;
  }

  /** Whether a token that this key has verified is accepted without looking for its key again. */
  trusts(key: SigningKey): boolean {
    return this.keySet.usableWithoutRefresh?.has(key) ?? false;
  }

  private async loadUsable(): Promise<KeySet> {
    if (!this.keySet.isBackingOff) await this.wait(this.keySet.fetch());
    const { usable } = this.keySet;
    if (!usable) throw this.keySet.unavailable();
    return usable;
  }

  /**
   * Refreshes the set for a token that it does not verify, if a token may cause that now.
   *
   * @param failed the key that the token's signature fails under. Undefined: it has no key.
   * @returns whether it was refreshed.
   */
  private async refreshIfAllowed(jws: CompactJws, failed?: SigningKey): Promise<boolean> {
    // A fetch by age may have been requested before the token's key was published: it ends first.
    const { fetching } = this.keySet;
    if (fetching && !this.tokenRefresh) await this.wait(fetching);
    // The latest set already has another answer, so it needs no refresh.
    if (this.inLatest(jws) !== failed) return false;
    if (!this.mayCauseRefresh()) return false;
    await this.wait(this.joinTokenRefresh());
    return true;
  }

  private inLatest({ header }: CompactJws): SigningKey | undefined {
    return this.keySet.latest?.find(header);
  }

  private mayCauseRefresh(): boolean {
    if (this.tokenRefresh) return true;
    return !this.keySet.isBackingOff && this.refreshWaitMs() <= 0;
  }

  /** A fetch that a token causes. */
  private joinTokenRefresh(): Promise<void> {
    if (!this.tokenRefresh) {
      this.tokenRefreshAt = this.clock.now();
      this.tokenRefresh = this.keySet.fetch().finally(() => (this.tokenRefresh = undefined));
    }
    return this.tokenRefresh;
  }

  /** Time until a token may cause a refresh again. None when the clock has been set back. */
  private refreshWaitMs(): number {
    const sinceMs = this.clock.now() - this.tokenRefreshAt;
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

  /**
   * A `kid` that no key has may be that of a key published after the last fetch: a token is not
   * called bad for it while that cannot be known.
   */
  private refusalOfUnknownKid(jws: CompactJws, isRefreshed: boolean): AuthError {
    const { keySet } = this;
    const { kid } = jws.header;
    if (isRefreshed)
      return keySet.hasFailed ? keySet.unavailable(kid) : this.refusalWithoutKey(jws);
    if (keySet.isBackingOff) return keySet.unavailable(kid);
    return this.mayBeNewer(jws)
      ? keySet.unavailable(kid, this.refreshWaitMs())
      : this.refusalWithoutKey(jws);
  }

  /** Whether a token may be signed with a key that was published after the last fetch. */
  private mayBeNewer({ payload }: CompactJws): boolean {
    const iat = claimOf(payload, 'iat');
    const { latest } = this.keySet;
    if (!isNumericDate(iat) || !latest) return false;
    const fetchedAtSec = Math.floor(latest.fetchedAt / 1000);
    return Math.floor(iat) >= fetchedAtSec - this.options.clockToleranceSec;
  }

  private refusalWithoutKey({ header: { kid, alg } }: CompactJws): InvalidTokenError {
    const { latest } = this.keySet;
    const named = kid === undefined ? [] : (latest?.named(kid) ?? []);
    const expected = named.flatMap(({ algorithms }) => algorithms);
    return expected.length > 0
      ? new InvalidTokenError('algorithm_not_allowed', { detail: { kid, expected, actual: alg } })
      : new InvalidTokenError('key_unknown', { detail: { kid, alg, expected: latest?.summary } });
  }
}
