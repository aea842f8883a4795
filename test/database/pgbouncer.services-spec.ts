import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'drizzle-orm';
import { AdminService } from '../../src/admin/admin.service.js';
import { openDatabase } from '../../src/database/open-database.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { createPostgresDatabase } from '../support/database.js';

const POOL_SIZE = 3;
const NOBODY = 65_534;

/** As docs/database.md says. */
const configuration = (server: URL, port: number) => `
[databases]
* = host=${server.hostname} port=${server.port || 5432} user=${server.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${POOL_SIZE}
ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout
`;

const isInstalled = spawnSync('pgbouncer', ['--version']).status === 0;
if (!isInstalled) console.warn('Skipped: PgBouncer is not installed.');

(isInstalled ? describe : describe.skip)('PgBouncer in transaction mode', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let url: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    database = await createPostgresDatabase();
    const server = new URL(database.url);
    const port = await freePort();
    const directory = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
    await chmod(directory, 0o755);
    const file = join(directory, 'pgbouncer.ini');
    await writeFile(file, configuration(server, port));
    // It refuses to run as root.
    const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const child = spawn('pgbouncer', [file], { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface(child.stderr)) {
      if (line.includes('process up')) break;
    }
    child.stderr.resume();
    server.host = `127.0.0.1:${port}`;
    url = server.href;
    stop = async () => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
      await rm(directory, { recursive: true });
    };
  });

  afterAll(async () => {
    await stop();
    await database.drop();
  });

  it('serves an API with MIGRATE=off, and more connections than it has of its own', async () => {
    await (await openDatabase({ url: database.url, dataDir: 'unused' })).close();
    const { db, close, pool } = await openDatabase({ url, dataDir: 'unused', migrate: false });
    const service = new MessagesService(db);
    const admin = new AdminService(db);
    const written = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        service.create('auth0|ann', 'Hello', `key-${index % 4}`),
      ),
    );
    const ids = [...new Set(written.map(({ id }) => id))];
    expect(ids).toHaveLength(4);
    await Promise.all([
      ...ids.map((id) => admin.removeMessage(id, 'auth0|root')),
      ...Array.from({ length: 20 }, () => service.list({ limit: 20 })),
    ]);
    expect((await admin.audit({ limit: 20 })).entries).toHaveLength(4);
    expect(pool!().total).toBe(10);
    const result: unknown = await db.execute(
      sql`select count(*)::int as connections from pg_stat_activity
        where datname = current_database()`,
    );
    expect(result).toMatchObject({ rows: [{ connections: POOL_SIZE }] });
    await close();
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
