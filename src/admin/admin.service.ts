import { Inject, Injectable } from '@nestjs/common';
import { desc, eq, lt } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { DATABASE, type Database } from '../database/connection.js';
import { auditEntries, messages } from '../database/schema.js';
import { cutPage, type PageQuery } from '../http/pagination.js';
import { messageNotFound, requireUuid } from '../messages/message-id.js';
import type { AuditEntry, AuditPage } from './audit.output.js';

/** Deletes other people's messages, and keeps the audit trail. */
@Injectable()
export class AdminService {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  /** Deletes a message and writes its audit entry in one transaction: both happen, or neither. */
  async removeMessage(id: string, actor: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [removed] = await tx
        .delete(messages)
        .where(eq(messages.id, requireUuid(id)))
        .returning({ messageId: messages.id, author: messages.author, text: messages.text });
      if (!removed) messageNotFound();
      await tx
        .insert(auditEntries)
        .values({ id: uuidv7(), actor, action: 'message.delete', ...removed, at: new Date() });
    });
  }

  /** Newest first. */
  async audit({ limit, cursor }: PageQuery): Promise<AuditPage> {
    const rows = await this.db
      .select()
      .from(auditEntries)
      .where(cursor === undefined ? undefined : lt(auditEntries.id, cursor))
      .orderBy(desc(auditEntries.id))
      .limit(limit + 1);
    const { items, nextCursor } = cutPage(rows, limit);
    return { entries: items.map(toEntry), nextCursor };
  }
}

function toEntry(row: typeof auditEntries.$inferSelect): AuditEntry {
  const { revokedClaim, revokedValue, ...entry } = row;
  return revokedClaim === null ? entry : { ...entry, revoked: { [revokedClaim]: revokedValue } };
}
