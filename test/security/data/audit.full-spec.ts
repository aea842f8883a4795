import { once } from 'node:events';
import { request as open } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { DATABASE, type Database } from '../../../src/database/connection.js';
import { type Api, startApi } from '../../support/api.js';
import { rowsOf } from './rows.js';

/** How many messages and how many audit entries have an id. */
interface State extends Record<string, unknown> {
  message: number;
  entry: number;
}

describe('The audit trail', () => {
  let api: Api;
  let db: Database;
  let admin: string;
  let author: string;

  beforeAll(async () => {
    api = await startApi();
    db = api.app.get<Database>(DATABASE);
    admin = api.issuer.mint({ sub: 'auth0|root', scope: 'read:admin write:admin' });
    author = api.issuer.mint({ sub: 'auth0|eve', scope: 'read:messages write:messages' });
  });

  afterAll(() => api.close());

  const write = async (): Promise<string> => {
    const json = { text: 'spam' };
    return (await api.send('POST', '/api/messages', { token: author, json })).json.id;
  };
  const remove = (id: string, ask: { json?: unknown } = {}) =>
    api.send('DELETE', `/api/admin/messages/${id}`, { token: admin, ...ask });

  /** Counts both in one statement, so that it sees one moment. */
  const state = async (id: string): Promise<State> => {
    const messages = sql`(select count(*) from messages where id = ${id})`;
    const entries = sql`(select count(*) from audit_entries where message_id = ${id})`;
    const query = sql`select ${messages}::int as message, ${entries}::int as entry`;
    return (await rowsOf<State>(db, query))[0]!;
  };

  it('has the entry, or the message still exists, at every moment of many deletions', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, write));
    let pending = true;
    const deletions = Promise.all(ids.map((id) => remove(id))).finally(() => (pending = false));
    const moments: State[] = [];
    // oxlint-disable-next-line no-unmodified-loop-condition -- the deletions set it
    while (pending) {
      for (const id of ids) moments.push(await state(id));
      // The embedded database answers without letting the event loop turn.
      await turn();
    }
    expect((await deletions).map(({ status }) => status)).toEqual(ids.map(() => 204));
    for (const id of ids) moments.push(await state(id));
    expect(moments.filter(({ message, entry }) => message + entry !== 1)).toEqual([]);
    expect(await state(ids[0]!)).toEqual({ message: 0, entry: 1 });
  });

  it('has an entry if the administrator was first, and none if the author was', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, write));
    for (const id of ids) {
      const [byAdmin, byAuthor] = await Promise.all([
        remove(id),
        api.send('DELETE', `/api/messages/${id}`, { token: author }),
      ]);
      expect([byAdmin.status, byAuthor.status].toSorted((a, b) => a - b)).toEqual([204, 404]);
      expect(await state(id)).toEqual({ message: 0, entry: byAdmin.status === 204 ? 1 : 0 });
    }
  });

  it('has its entry even if the client hangs up', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, write));
    for (const id of ids) {
      const { hostname, port } = new URL(api.url);
      const path = `/api/admin/messages/${id}`;
      const headers = { Authorization: `Bearer ${admin}` };
      const request = open({ hostname, port, path, method: 'DELETE', headers, agent: false });
      request.on('error', () => {}); // from destroying it below
      request.end();
      await once(request, 'finish');
      request.destroy();
      const { message, entry } = await state(id);
      expect(message + entry).toBe(1);
    }
    await Promise.all(ids.map((id) => remove(id)));
    for (const id of ids) expect(await state(id)).toEqual({ message: 0, entry: 1 });
  });

  it('keeps the message when its entry cannot be written, and hides the reason', async () => {
    const id = await write();
    await db.execute(sql`alter table audit_entries add constraint never check (false) not valid`);
    try {
      const { status, json } = await remove(id);
      expect([status, json]).toEqual([500, { statusCode: 500, message: 'Internal server error' }]);
      expect(await state(id)).toEqual({ message: 1, entry: 0 });
    } finally {
      await db.execute(sql`alter table audit_entries drop constraint never`);
    }
  });

  it('names the subject of the token, and the message, whatever the request says', async () => {
    const id = await write();
    const json = { actor: 'auth0|bob', at: '2001-01-01T00:00:00Z', action: 'none', text: 'ham' };
    expect((await remove(id, { json })).status).toBe(204);
    const { entries } = (await api.get('/api/admin/audit?limit=1', admin)).json;
    expect(entries).toMatchObject([
      {
        actor: 'auth0|root',
        action: 'message.delete',
        messageId: id,
        author: 'auth0|eve',
        text: 'spam',
      },
    ]);
    expect(Date.now() - Date.parse(entries[0].at)).toBeLessThan(60_000);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('has no route for %s', async (method) => {
    await remove(await write());
    const before = (await api.get('/api/admin/audit', admin)).json;
    const [{ id }] = before.entries;
    const json = { actor: 'auth0|bob', action: 'message.delete', messageId: id };
    for (const path of ['/api/admin/audit', `/api/admin/audit/${id}`]) {
      expect((await api.send(method, path, { token: admin, json })).status).toBe(404);
    }
    expect((await api.get('/api/admin/audit', admin)).json).toEqual(before);
  });
});
