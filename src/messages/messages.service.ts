import { ForbiddenException, Inject, Injectable } from '@nestjs/common';
import { and, desc, eq, lt } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { DATABASE, type Database } from '../database/connection.js';
import { cutPage, type PageQuery, readCursor } from '../http/pagination.js';
import { messages } from '../database/schema.js';
import { known, notFound } from './message-id.js';
import type { Message, MessagePage } from './message.output.js';

/** Messages: everyone's to read, the author's alone to change. */
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

  /** Newest first; of one author where one is given. */
  async list({
    limit,
    cursor,
    author,
  }: PageQuery & { author?: string | undefined }): Promise<MessagePage> {
    const list = author === undefined ? 'messages' : `messages by ${author}`;
    const before = readCursor(list, cursor);
    const rows = await this.db
      .select()
      .from(messages)
      .where(
        and(
          author === undefined ? undefined : eq(messages.author, author),
          before === undefined ? undefined : lt(messages.id, before),
        ),
      )
      .orderBy(desc(messages.id))
      .limit(limit + 1);
    const { items, nextCursor } = cutPage(rows, limit, list);
    return { messages: items, nextCursor };
  }

  async get(id: string): Promise<Message> {
    const [message] = await this.db
      .select()
      .from(messages)
      .where(eq(messages.id, known(id)));
    return message ?? notFound();
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

  /** Why nothing was written: the write asked for the author itself, so nothing can come between check and write. */
  private async refuse(id: string): Promise<never> {
    await this.get(id);
    throw new ForbiddenException('Only its author may change a message');
  }
}

const ownedBy = (author: string, id: string) =>
  and(eq(messages.id, known(id)), eq(messages.author, author));
