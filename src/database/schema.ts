import { sql } from 'drizzle-orm';
import {
  bigint,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

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
  action: text({ enum: ['message.delete', 'revoke'] }).notNull(),
  /** Not a foreign key, because the entry outlives the message. Null where no message is meant. */
  messageId: uuid('message_id'),
  /** The message as deleted. Null in entries written before these columns existed. */
  author: text(),
  text: text(),
  /** What was revoked: the claim that names it and its value. */
  revokedClaim: text('revoked_claim', { enum: ['sub', 'sid', 'jti'] }),
  revokedValue: text('revoked_value'),
  at: instant('at'),
});

/** Who wrote which message with which `Idempotency-Key`: what a retry needs to get it again. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    author: text().notNull(),
    key: text().notNull(),
    /** A hash of the input. The text itself is not kept, because a retry sends it again. */
    fingerprint: text().notNull(),
    /** Not a foreign key, because a retry gets the first answer also after the deletion. */
    messageId: uuid('message_id').notNull(),
    createdAt: instant('created_at'),
  },
  (table) => [
    primaryKey({ columns: [table.author, table.key] }),
    index('idempotency_keys_created_at').on(table.createdAt),
  ],
);

/** Access tokens that are refused before they expire: see `RevokedTokens`. */
export const revocations = pgTable(
  'revocations',
  {
    /** A UUIDv7, so that ids ascend with the time of writing. */
    id: uuid().primaryKey(),
    /** The issuer of the tokens. What the next three name, it names. */
    iss: text().notNull(),
    sub: text(),
    sid: text(),
    jti: text(),
    /** The `jti` of the logout token. Null where an administrator revoked. */
    logoutJti: text('logout_jti'),
    /** When it was received. */
    at: instant('at'),
    expiresAt: instant('expires_at'),
    /** The transaction that wrote it: see `RevocationCopy`. */
    transaction: bigint({ mode: 'bigint' })
      .notNull()
      .default(sql`pg_current_xact_id()::text::bigint`),
  },
  (table) => [
    uniqueIndex('revocations_logout_jti').on(table.iss, table.logoutJti),
    index('revocations_transaction').on(table.transaction, table.id),
    index('revocations_expires_at').on(table.expiresAt),
  ],
);
