import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Client } from 'pg';
import { AdminService } from '../../src/admin/admin.service.js';
import type { Connection } from '../../src/database/connection.js';
import { openDatabase } from '../../src/database/open-database.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { createPostgresDatabase } from '../support/database.js';

const CURSOR = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Ids that ascend with `n`, like those of UUIDv7. */
const id = sql`(lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000')::uuid`;

/** One author wrote a tenth of all messages, and none of the newest. */
const ROWS = [
  sql`insert into messages select ${id}, 'text',
    case when n <= 1000 then 'auth0|early' else 'auth0|' || n % 500 end, now(), now()
    from generate_series(1, 10000) n`,
  sql`insert into audit_entries select ${id}, 'auth0|root', 'message.delete', ${id}, now()
    from generate_series(1, 10000) n`,
  sql`insert into idempotency_keys select 'auth0|' || n % 500, n::text, 'hash', ${id},
    now() - n * interval '10 seconds' from generate_series(1, 10000) n`,
];

describe('No query reads rows that it does not need', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let connection: Connection;
  let client: Client;
  let queries: { query: string; params: unknown[] }[] = [];

  beforeAll(async () => {
    database = await createPostgresDatabase();
    connection = await openDatabase({ url: database.url, dataDir: 'unused' });
    for (const rows of ROWS) await connection.db.execute(rows);
    await connection.db.execute(sql`analyze`);
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await connection.close();
    await database.drop();
  });

  /** The plans of the queries that some work makes, without those of transactions. */
  async function plansOf(work: (messages: MessagesService, admin: AdminService) => unknown) {
    queries = [];
    const logQuery = (query: string, params: unknown[]) => queries.push({ query, params });
    const db = drizzle(client, { logger: { logQuery } });
    await Promise.resolve(work(new MessagesService(db), new AdminService(db))).catch(() => {});
    const plans: string[] = [];
    for (const { query, params } of queries) {
      if (!/^(select|insert|update|delete)/.test(query)) continue;
      const { rows } = await client.query(`explain ${query}`, params);
      plans.push(rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  }

  it.each<[string, number, (messages: MessagesService, admin: AdminService) => unknown]>([
    ['the first page', 1, (messages) => messages.list({ limit: 20 })],
    ['a later page', 1, (messages) => messages.list({ limit: 20, cursor: CURSOR })],
    ['a page of an author', 1, (messages) => messages.list({ limit: 20, author: 'auth0|early' })],
    [
      'a later page of an author',
      1,
      (messages) => messages.list({ limit: 20, author: 'auth0|early', cursor: CURSOR }),
    ],
    ['a message', 1, (messages) => messages.get(CURSOR)],
    ['an edit', 2, (messages) => messages.edit(CURSOR, 'auth0|early', 'New')],
    ['a deletion', 2, (messages) => messages.remove(CURSOR, 'auth0|early')],
    ['a new key', 3, (messages) => messages.create('auth0|ann', 'Hello', 'new')],
    ['a repeated key', 2, (messages) => messages.create('auth0|ann', 'Hello', 'new')],
    ['a deletion by an administrator', 1, (_, admin) => admin.removeMessage(CURSOR, 'root')],
    ['the audit trail', 1, (_, admin) => admin.audit({ limit: 20 })],
    [
      'a later page of the audit trail',
      1,
      (_, admin) => admin.audit({ limit: 20, cursor: CURSOR }),
    ],
  ])('for %s', async (_, count, work) => {
    const plans = await plansOf(work);
    expect(plans).toHaveLength(count);
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan|^ *Filter:|Sort/m);
  });

  it('as a query without an index would', async () => {
    const { rows } = await client.query(`explain select from messages where text = 'x'`);
    expect(JSON.stringify(rows)).toMatch(/Seq Scan/);
  });
});
