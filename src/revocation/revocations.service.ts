import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { desc, lt } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../auth/index.js';
import { revocationConfig } from '../config/revocation.config.js';
import { DATABASE, type Database } from '../database/connection.js';
import { auditEntries, revocations } from '../database/schema.js';
import { cutPage, type PageQuery } from '../http/pagination.js';
import { MARGIN_MS, RevocationCopy } from './revocation-copy.js';
import type { RevocationInput } from './revocation.input.js';
import type { RevocationOutput, RevocationPage } from './revocation.output.js';

type Row = typeof revocations.$inferSelect;
type NewRow = typeof revocations.$inferInsert;

/** Writes revocations. Each is in force on this instance when its promise is fulfilled. */
@Injectable()
export class RevocationsService {
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
