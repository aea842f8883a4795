import { version } from 'uuid';
import type { Connection } from '../../src/database/connection.js';
import { messages } from '../../src/database/schema.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { openTestDatabase } from '../support/database.js';

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('MessagesService', () => {
  let connection: Connection;
  let service: MessagesService;

  beforeAll(async () => {
    connection = await openTestDatabase();
    service = new MessagesService(connection.db);
  }, 30_000);

  afterAll(() => connection.close());

  beforeEach(async () => {
    await connection.db.delete(messages);
  });

  const write = async (...texts: string[]) => {
    for (const text of texts) await service.create('auth0|ann', text);
  };

  it('gives a message a UUIDv7 and both times, and stores exactly what it returns', async () => {
    const before = Date.now();
    const message = await service.create('auth0|ann', 'Grüße, 世界 😀');
    expect(message).toEqual({
      id: expect.any(String),
      text: 'Grüße, 世界 😀',
      author: 'auth0|ann',
      createdAt: message.updatedAt,
      updatedAt: expect.any(Date),
    });
    expect(version(message.id)).toBe(7);
    expect(message.createdAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(await service.get(message.id)).toEqual(message);
  });

  it('finds a message by its id in capitals (RFC 9562 §4)', async () => {
    const message = await service.create('auth0|ann', 'Hello');
    expect(await service.get(message.id.toUpperCase())).toEqual(message);
  });

  it('lists the newest first, also within one millisecond', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`);
    await write(...texts);
    const { messages: listed } = await service.list({ limit: 100 });
    expect(listed.map(({ text }) => text)).toEqual(texts.toReversed());
  });

  it('pages through every message once, whatever is written and deleted meanwhile', async () => {
    await write('1', '2', '3', '4', '5', '6', '7');
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.list({ limit: 3, cursor });
      seen.push(...page.messages.map(({ text }) => text));
      cursor = page.nextCursor;
      await write('written meanwhile');
      // A cursor stays valid when its own message is deleted.
      const last = page.messages.at(-1);
      if (last) await service.remove(last.id, last.author);
    } while (cursor !== undefined);
    expect(seen).toEqual(['7', '6', '5', '4', '3', '2', '1']);
  });

  it('gives no cursor when a full page contains the last message', async () => {
    await write('1', '2');
    expect(await service.list({ limit: 2 })).toMatchObject({ nextCursor: undefined });
    expect(await service.list({ limit: 1 })).toMatchObject({ nextCursor: expect.any(String) });
  });

  it('lists the messages of one author, page by page', async () => {
    await write('1', '2');
    await service.create('auth0|bob', '3');
    const first = await service.list({ limit: 1, author: 'auth0|ann' });
    expect(first.messages).toMatchObject([{ text: '2' }]);
    const cursor = first.nextCursor;
    const second = await service.list({ limit: 1, author: 'auth0|ann', cursor });
    expect(second).toMatchObject({ messages: [{ text: '1' }], nextCursor: undefined });
  });

  it('lets the author change the text, and stores the time of the change', async () => {
    const message = await service.create('auth0|ann', 'Before');
    const edited = await service.edit(message.id, 'auth0|ann', 'After');
    expect(edited).toEqual({ ...message, text: 'After', updatedAt: expect.any(Date) });
    expect(edited.updatedAt.getTime()).toBeGreaterThanOrEqual(message.updatedAt.getTime());
    expect(await service.get(message.id)).toEqual(edited);
  });

  it('lets no one else change or remove it', async () => {
    const message = await service.create('auth0|ann', 'Mine');
    await expect(service.edit(message.id, 'auth0|bob', 'Yours')).rejects.toMatchObject({
      status: 403,
    });
    await expect(service.remove(message.id, 'auth0|bob')).rejects.toMatchObject({ status: 403 });
    expect(await service.get(message.id)).toEqual(message);
  });

  it('lets the author remove it, once', async () => {
    const { id } = await service.create('auth0|ann', 'Gone soon');
    await service.remove(id, 'auth0|ann');
    await expect(service.get(id)).rejects.toMatchObject({ status: 404 });
    await expect(service.remove(id, 'auth0|ann')).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    ['is unknown', UNKNOWN],
    ['is not a UUID', 'first'],
    ['is empty', ''],
    ['carries a NUL', `${UNKNOWN}\0`],
    ['is SQL', "' or true --"],
  ])('answers 404 to an id that %s', async (_, id) => {
    await expect(service.get(id)).rejects.toMatchObject({ status: 404 });
    await expect(service.edit(id, 'auth0|ann', 'x')).rejects.toMatchObject({ status: 404 });
    await expect(service.remove(id, 'auth0|ann')).rejects.toMatchObject({ status: 404 });
  });
});
