import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

// Milliseconds, as a JavaScript Date has them: what is answered is what is stored.
const instant = (name: string) =>
  timestamp(name, { precision: 3, withTimezone: true, mode: 'date' }).notNull();

export const messages = pgTable(
  'messages',
  {
    /** A UUIDv7: ordered by id is ordered by time of writing. */
    id: uuid().primaryKey(),
    text: text().notNull(),
    /** The `sub` of the access token that wrote it. */
    author: text().notNull(),
    createdAt: instant('created_at'),
    updatedAt: instant('updated_at'),
  },
  (table) => [index('messages_author_id').on(table.author, table.id)],
);

export const auditEntries = pgTable('audit_entries', {
  id: uuid().primaryKey(),
  /** The `sub` of the access token that did it. */
  actor: text().notNull(),
  action: text({ enum: ['message.delete'] }).notNull(),
  /** No foreign key: the entry outlives the message. */
  messageId: uuid('message_id').notNull(),
  at: instant('at'),
});
