import { sql } from 'drizzle-orm';
import { AdminService } from '../../src/admin/admin.service.js';
import type { Connection } from '../../src/database/connection.js';
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
      entries: [{ actor: 'auth0|root', messageId: message.id }],
    });
  });
});
