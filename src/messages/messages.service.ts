import { ForbiddenException, Inject, Injectable } from '@nestjs/common';
import { and, desc, eq, gte, lt, sql } from 'drizzle-orm';
import { MAX as NEWEST, v7 as uuidv7 } from 'uuid';
import { DATABASE, type Database } from '../database/connection.js';
import { messages } from '../database/schema.js';
import { cutPage, type PageQuery } from '../http/pagination.js';
import { claimKey } from './idempotency.js';
import { messageNotFound, requireUuid } from './message-id.js';
import type { Message, MessagePage } from './message.output.js';

/** In a stricter level, a request that waited for another one with its key would fail. */
const READ_COMMITTED = { isolationLevel: 'read committed' } as const;

/** Everyone may read a message. Only its author may change it. */
@Injectable()
export class MessagesService {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  /** With a key, a repetition writes nothing and gets the message as it was first written. */
  async create(author: string, text: string, key?: string): Promise<Message> {
    const id = uuidv7();
    const now = new Date();
    const message = { id, text, author, createdAt: now, updatedAt: now };
    if (key === undefined) {
      await this.db.insert(messages).values(message);
      return message;
    }
    return this.db.transaction(async (tx) => {
      const request = { author, key, input: { text }, messageId: id, createdAt: now };
      const first = await claimKey(tx, request);
      if (first) {
        const { messageId, createdAt } = first;
        return { ...message, id: messageId, createdAt, updatedAt: createdAt };
      }
      await tx.insert(messages).values(message);
      return message;
    }, READ_COMMITTED);
  }

  /** Newest first, of one author or of all. */
  async list({
    limit,
    cursor = NEWEST,
    author,
  }: PageQuery & { author?: string | undefined }): Promise<MessagePage> {
    const isOfAll = author === undefined;
    const rows = await this.db
      .select()
      .from(messages)
      .where(isOfAll ? lt(messages.id, cursor) : rangeOf(author, cursor))
      .orderBy(...(isOfAll ? [] : [desc(messages.author)]), desc(messages.id))
      .limit(limit + 1);
    const { items, nextCursor } = cutPage(rows, limit);
    return { messages: items, nextCursor };
  }

  async get(id: string): Promise<Message> {
    const [message] = await this.db
      .select()
      .from(messages)
      .where(eq(messages.id, requireUuid(id)));
    return message ?? messageNotFound();
  }

  async edit(id: string, author: string, text: string): Promise<Message> {
    const [message] = await this.db
      .update(messages)
      .set({ text, updatedAt: new Date() })
      .where(ownedBy(author, id))
      .returning();
    return message ?? (await this.refuse(id));
  }

  async remove(id: string, author: string): Promise<void> {
    const [removed] = await this.db
      .delete(messages)
      .where(ownedBy(author, id))
      .returning({ id: messages.id });
    if (!removed) await this.refuse(id);
  }

  /** Says why a write changed no row. The write itself compared the author, so there is no race. */
  private async refuse(id: string): Promise<never> {
    await this.get(id);
    throw new ForbiddenException('Only its author may change a message');
  }
}

const ownedBy = (author: string, id: string) =>
  and(eq(messages.id, requireUuid(id)), eq(messages.author, author));

/**
 * The messages of an author before a cursor, as a range of the index on both columns. If the author
 * were compared with `=`, PostgreSQL could walk through the newer messages of everybody instead.
 */
const rangeOf = (author: string, cursor: string) =>
  and(
    gte(messages.author, author),
    sql`(${messages.author}, ${messages.id}) < (${author}, ${cursor})`,
  );
