import { ForbiddenException, Inject, Injectable } from '@nestjs/common';
import { and, desc, eq, lt } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { DATABASE, type Database } from '../database/connection.js';
import { messages } from '../database/schema.js';
import { cutPage, type PageQuery } from '../http/pagination.js';
import { messageNotFound, requireUuid } from './message-id.js';
import type { Message, MessagePage } from './message.output.js';

/** Everyone may read a message. Only its author may change it. */
@Injectable()
export class MessagesService {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  async create(author: string, text: string): Promise<Message> {
    const id = uuidv7();
    const now = new Date();
    const message = { id, text, author, createdAt: now, updatedAt: now };
    await this.db.insert(messages).values(message);
    return message;
  }

  /** Newest first, of one author or of all. */
  async list({
    limit,
    cursor,
    author,
  }: PageQuery & { author?: string | undefined }): Promise<MessagePage> {
    const rows = await this.db
      .select()
      .from(messages)
      .where(
        and(
          author === undefined ? undefined : eq(messages.author, author),
          cursor === undefined ? undefined : lt(messages.id, cursor),
        ),
      )
      .orderBy(desc(messages.id))
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
