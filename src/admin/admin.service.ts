import { Inject, Injectable } from '@nestjs/common';
import { desc, eq, lt } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { DATABASE, type Database } from '../database/connection.js';
import { cutPage, type PageQuery, readCursor } from '../http/pagination.js';
import { auditEntries, messages } from '../database/schema.js';
import { known, notFound } from '../messages/message-id.js';
import type { AuditPage } from './audit.output.js';

const AUDIT = 'audit';

/** What an administrator does to other people's messages, and the trail that it leaves. */
@Injectable()
export class AdminService {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  /** Deletes anyone's message. The audit entry is written in the same transaction: never one without the other. */
  async removeMessage(id: string, actor: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [removed] = await tx
        .delete(messages)
        .where(eq(messages.id, known(id)))
        .returning({ messageId: messages.id });
      if (!removed) notFound();
      await tx
        .insert(auditEntries)
        .values({ id: uuidv7(), actor, action: 'message.delete', ...removed, at: new Date() });
    });
  }

  /** Newest first. */
  async audit({ limit, cursor }: PageQuery): Promise<AuditPage> {
    const before = readCursor(AUDIT, cursor);
    const rows = await this.db
      .select()
      .from(auditEntries)
      .where(before === undefined ? undefined : lt(auditEntries.id, before))
      .orderBy(desc(auditEntries.id))
      .limit(limit + 1);
    const { items, nextCursor } = cutPage(rows, limit, AUDIT);
    return { entries: items, nextCursor };
  }
}
