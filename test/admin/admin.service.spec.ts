import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { AdminService } from '../../src/admin/admin.service.js';
import type { Connection } from '../../src/database/connection.js';
import { auditEntries } from '../../src/database/schema.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { openTestDatabase } from '../support/database.js';

describe('AdminService', () => {
  let connection: Connection;

  beforeAll(async () => {
    connection = await openTestDatabase();
  }, 30_000);

  afterAll(() => connection.close());

  it('keeps the message when its audit entry cannot be written', async () => {
    const { db } = connection;
    const messages = new MessagesService(db);
    const admin = new AdminService(db);
    const message = await messages.create('auth0|eve', 'spam');
    await db.execute(sql`alter table audit_entries add constraint never check (false)`);
    await expect(admin.removeMessage(message.id, 'auth0|root')).rejects.toMatchObject({
      cause: { code: '23514' },
    });
    expect(await messages.get(message.id)).toEqual(message);
    await db.execute(sql`alter table audit_entries drop constraint never`);
    await admin.removeMessage(message.id, 'auth0|root');
    expect(await admin.audit({ limit: 100 })).toMatchObject({
      entries: [{ actor: 'auth0|root', messageId: message.id, author: 'auth0|eve', text: 'spam' }],
    });
  });

  it('lists entries from before the API kept the message', async () => {
    const entry = {
      id: uuidv7(),
      actor: 'auth0|root',
      action: 'message.delete' as const,
      messageId: uuidv7(),
      at: new Date(),
    };
    await connection.db.insert(auditEntries).values(entry);
    const { entries } = await new AdminService(connection.db).audit({ limit: 1 });
    expect(entries).toEqual([{ ...entry, author: null, text: null }]);
  });
});
