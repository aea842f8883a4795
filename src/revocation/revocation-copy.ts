import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { and, inArray, lt, lte, sql } from 'drizzle-orm';
import { NIL } from 'uuid';
import { type AccessTokenClaims, Clock } from '../auth/index.js';
import { revocationConfig } from '../config/revocation.config.js';
import { DATABASE, type Database } from '../database/connection.js';
import { reason } from '../database/outage.js';
import { revocations } from '../database/schema.js';
import { type Revocation, RevokedTokens } from './revoked-tokens.js';

/** What the copy reads. */
const COLUMNS = {
  id: revocations.id,
  iss: revocations.iss,
  sub: revocations.sub,
  sid: revocations.sid,
  jti: revocations.jti,
  at: revocations.at,
  transaction: revocations.transaction,
};

/** Time between two looks at the database. */
const INTERVAL_MS = 2000;

/** Age from which on the copy is not what the API promises, and the log says so. */
const MAX_AGE_MS = 5000;

/** Rows of one query. */
const PAGE = 10_000;

/** How often expired rows are looked for, and how many are deleted at once. */
const FORGET_INTERVAL_MS = 60_000;
const FORGET_AT_ONCE = 500;

/** For clocks that differ: a revocation lives longer than the tokens that it refuses. */
export const MARGIN_MS = 60_000;

/**
 * The copy of all revocations in the memory of this instance. It is read before the server listens,
 * and follows what other instances write. While the database is unavailable, it stays in force.
 *
 * Rows become visible when their transactions commit, in any order. So the copy remembers the
 * oldest transaction that had not ended when it looked, and reads what that one and all later ones
 * have written.
 */
@Injectable()
export class RevocationCopy implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(RevocationCopy.name);
  private readonly tokens = new RevokedTokens();
  /** The oldest transaction whose rows may be unknown. Undefined: all rows may be. */
  private since: bigint | undefined;
  private readAt = -Infinity;
  private following: Promise<void> | undefined;
  private forgetAt = -Infinity;
  private isOld = false;
  private stopped = false;
  private cancelTimer = () => {};

  constructor(
    @Inject(DATABASE) private readonly db: Database,
    private readonly clock: Clock,
    @Inject(revocationConfig.KEY) private readonly config: ConfigType<typeof revocationConfig>,
  ) {}

  /** Without the revocations the application does not start: it would accept what they refuse. */
  async onModuleInit(): Promise<void> {
    await this.read();
    this.schedule();
  }

  /** After the server has closed: requests under way are still judged. */
  onApplicationShutdown(): void {
    this.stopped = true;
    this.cancelTimer();
  }

  /** For the option `isRevoked` of `AuthModule`. Asks no database. */
  isRevoked(claims: AccessTokenClaims): boolean {
    return this.tokens.has(claims);
  }

  /** Puts a row that this instance has written in force. */
  add(revocation: Revocation): void {
    this.tokens.add(revocation);
  }

  status(): { known: number; ageSec: number } {
    return { known: this.tokens.size, ageSec: (this.clock.now() - this.readAt) / 1000 };
  }

  /** Reads what has been written since the last time, and again in two seconds. Never rejects. */
  follow(): Promise<void> {
    this.following ??= this.update().finally(() => {
      this.following = undefined;
      this.schedule();
    });
    return this.following;
  }

  private schedule(): void {
    this.cancelTimer();
    if (!this.stopped) this.cancelTimer = this.clock.after(INTERVAL_MS, () => void this.follow());
  }

  private async update(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      this.report(error);
      return;
    }
    if (this.isOld) this.logger.log('The revocations are up to date again.');
    this.isOld = false;
    await this.forgetExpired().catch((error: unknown) => {
      this.logger.warn(`Cannot delete expired revocations: ${reason(error)}`);
    });
  }

  private async read(): Promise<void> {
    const startedAt = this.clock.now();
    const { since } = this;
    // Also after an outage: the database may be another one now, in which numbers were used again.
    this.since = undefined;
    const { oldest, next } = await this.transactions();
    let last: { transaction: bigint; id: string } = { transaction: since ?? 0n, id: NIL };
    for (;;) {
      const { transaction, id } = last;
      const rows = await this.db
        .select(COLUMNS)
        .from(revocations)
        .where(
          and(
            sql`(${revocations.transaction}, ${revocations.id}) > (${transaction}, ${id})`,
            // Rows of a restored backup may have the numbers of transactions to come.
            since === undefined ? undefined : lt(revocations.transaction, next),
          ),
        )
        .orderBy(revocations.transaction, revocations.id)
        .limit(PAGE);
      for (const row of rows) this.tokens.add(row);
      if (rows.length < PAGE) break;
      last = rows.at(-1)!;
    }
    this.since = oldest;
    this.readAt = startedAt;
  }

  /** The oldest transaction that has not ended, and the first that has not begun. */
  private async transactions(): Promise<{ oldest: bigint; next: bigint }> {
    const [snapshot] = await this.db
      .select({
        oldest: sql`pg_snapshot_xmin(snapshot)`.mapWith(BigInt),
        next: sql`pg_snapshot_xmax(snapshot)`.mapWith(BigInt),
      })
      .from(sql`pg_current_snapshot() as snapshot`);
    return snapshot!;
  }

  /** Deletes some rows that no token can outlive. Skips locked ones, so that it never waits. */
  private async forgetExpired(): Promise<void> {
    const now = this.clock.now();
    this.tokens.forgetBefore(now - this.config.tokenLifeSec * 1000 - MARGIN_MS);
    if (now < this.forgetAt) return;
    this.forgetAt = now + FORGET_INTERVAL_MS;
    const expired = this.db
      .select({ id: revocations.id })
      .from(revocations)
      .where(lte(revocations.expiresAt, new Date(now)))
      .orderBy(revocations.expiresAt)
      .limit(FORGET_AT_ONCE)
      .for('update', { skipLocked: true });
    const deleted = await this.db
      .delete(revocations)
      .where(inArray(revocations.id, expired))
      .returning({ id: revocations.id });
    if (deleted.length === FORGET_AT_ONCE) this.forgetAt = now;
  }

  /** A short outage is the business of the requests that meet it. */
  private report(error: unknown): void {
    const ageMs = this.clock.now() - this.readAt;
    if (this.stopped || this.isOld || ageMs <= MAX_AGE_MS) return;
    this.isOld = true;
    this.logger.error(
      `Cannot read the revocations; those from ${Math.round(ageMs / 1000)} s ago stay in force: ` +
        reason(error),
    );
  }
}
