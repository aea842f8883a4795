import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

// With the precision of a JavaScript Date, so that the API answers exactly what it stored.
const instant = (name: string) =>
  timestamp(name, { precision: 3, withTimezone: true, mode: 'date' }).notNull();

export const messages = pgTable(
  'messages',
  {
    /** A UUIDv7, so that ids ascend with the time of writing. */
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
  /** Not a foreign key, because the entry outlives the message. */
  messageId: uuid('message_id').notNull(),
  /** The message as deleted. Null in entries written before these columns existed. */
  author: text(),
  text: text(),
  at: instant('at'),
});
