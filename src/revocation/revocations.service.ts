import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { and, desc, eq, lt } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { Clock, type LogoutToken } from '../auth/index.js';
import { revocationConfig } from '../config/revocation.config.js';
import { DATABASE, type Database } from '../database/connection.js';
import { auditEntries, revocations } from '../database/schema.js';
import { cutPage, type PageQuery } from '../http/pagination.js';
import { MARGIN_MS, RevocationCopy } from './revocation-copy.js';
import type { RevocationInput } from './revocation.input.js';
import type { RevocationOutput, RevocationPage } from './revocation.output.js';

const MAX_UNANSWERED = 10_000;

type Row = typeof revocations.$inferSelect;
type NewRow = typeof revocations.$inferInsert;

/** Writes revocations. Each is in force on this instance when its promise is fulfilled. */
@Injectable()
export class RevocationsService {
  /** Ids of rows that may have been written although the database did not say so. */
  private readonly unanswered = new LRUCache<string, true>({ max: MAX_UNANSWERED });

  constructor(
    @Inject(DATABASE) private readonly db: Database,
    private readonly copy: RevocationCopy,
    private readonly clock: Clock,
    @Inject(revocationConfig.KEY) private readonly config: ConfigType<typeof revocationConfig>,
  ) {}

  /**
   * Revokes tokens of an issuer for an administrator, and writes an entry of the audit trail in one
   * transaction: both happen, or neither.
   */
  async revoke(input: RevocationInput, iss: string, actor: string): Promise<RevocationOutput> {
    const row = this.newRow({ iss, ...input });
    const [revokedClaim, revokedValue] = Object.entries(input)[0] as [keyof typeof input, string];
    await this.db.transaction(async (tx) => {
      await tx.insert(revocations).values(row);
      await tx
        .insert(auditEntries)
        .values({ id: uuidv7(), actor, action: 'revoke', revokedClaim, revokedValue, at: row.at });
    });
    this.copy.add(row);
    return toOutput(row);
  }

  /**
   * Revokes the tokens of a logout, once for each logout token.
   *
   * @returns whether this logout token was new.
   */
  async receive({ iss, sub, sid, jti, iat, exp }: LogoutToken): Promise<boolean> {
    const row = this.newRow({ iss, sub, sid, logoutJti: jti });
    // Where the issuer's clock is ahead, the tokens until the logout are by its clock.
    row.at = new Date(Math.max(row.at.getTime(), iat * 1000));
    // The row is also what is known of the logout token, so it lives as long as that.
    row.expiresAt = new Date(Math.max(row.expiresAt.getTime(), exp * 1000 + MARGIN_MS));
    const [written] = await this.db
      .insert(revocations)
      .values(row)
      .onConflictDoNothing({ target: [revocations.iss, revocations.logoutJti] })
      .returning({ id: revocations.id })
      .catch((error: unknown) => {
        this.unanswered.set(row.id, true);
        throw error;
      });
    if (written) {
      this.copy.add(row);
      return true;
    }
    const [stored] = await this.db
      .select()
      .from(revocations)
      .where(and(eq(revocations.iss, iss), eq(revocations.logoutJti, jti)));
    if (!stored) return false;
    this.copy.add(stored);
    // The issuer sends a token again if it got no answer.
    return this.unanswered.delete(stored.id);
  }

  /** Newest first. */
  async list({ limit, cursor }: PageQuery): Promise<RevocationPage> {
    const rows = await this.db
      .select()
      .from(revocations)
      .where(cursor === undefined ? undefined : lt(revocations.id, cursor))
      .orderBy(desc(revocations.id))
      .limit(limit + 1);
    const { items, nextCursor } = cutPage(rows, limit);
    return { revocations: items.map(toOutput), nextCursor };
  }

  private newRow(named: Pick<NewRow, 'iss' | 'sub' | 'sid' | 'jti' | 'logoutJti'>) {
    const at = this.clock.now();
    const expiresAt = new Date(at + this.config.tokenLifeSec * 1000 + MARGIN_MS);
    return { id: uuidv7(), ...named, at: new Date(at), expiresAt };
  }
}

function toOutput(row: Omit<Row, 'transaction'> | NewRow): RevocationOutput {
  const { id, iss, sub, sid, jti, logoutJti, at, expiresAt } = row;
  const reason = logoutJti == null ? 'administrator' : 'logout';
  return {
    id,
    iss,
    sub: sub ?? undefined,
    sid: sid ?? undefined,
    jti: jti ?? undefined,
    reason,
    at,
    expiresAt,
  };
}
