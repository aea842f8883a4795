import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Connection, Database } from '../../src/database/connection.js';
import { MIGRATIONS_FOLDER } from '../../src/database/migrations.js';
import { openDatabase } from '../../src/database/open-database.js';
import { isUnavailable } from '../../src/database/outage.js';
import { messages } from '../../src/database/schema.js';
import { administrate, createPostgresDatabase } from '../support/database.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

type PostgresDatabase = Awaited<ReturnType<typeof createPostgresDatabase>>;

/** The error of a promise, if any, and how long it took. */
async function outcome(work: Promise<unknown>) {
  const start = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - start };
}

const migrationsOfThisRelease = () => readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER });

describe('openDatabase on PostgreSQL', () => {
  let database: PostgresDatabase;
  let proxy: TcpProxy;
  let proxied: string;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    const url = new URL(database.url);
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
    url.host = `127.0.0.1:${proxy.port}`;
    proxied = url.href;
  });

  afterEach(async () => {
    await proxy.cut();
    await database.drop();
  });

  const open = (url: string) => openDatabase({ url, dataDir: 'unused' });

  const terminateAll = () =>
    administrate('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      database.name,
    ]);

  it('applies each migration once when several instances start at once', async () => {
    const connections = await Promise.all(Array.from({ length: 6 }, () => open(database.url)));
    const result: unknown = await connections[0]!.db.execute(
      sql`select count(*)::int as applied from drizzle.__drizzle_migrations`,
    );
    expect(result).toMatchObject({ rows: [{ applied: migrationsOfThisRelease().length }] });
    await Promise.all(connections.map(({ close }) => close()));
  });

  it('says where it cannot connect, without the password', async () => {
    await proxy.cut();
    const url = new URL(proxied);
    url.password = 'secret-of-the-test';
    const { error } = await outcome(open(url.href));
    expect((error as Error).message).toBe(
      `Cannot connect to PostgreSQL at 127.0.0.1:${proxy.port} (DATABASE_URL): ` +
        `connect ECONNREFUSED 127.0.0.1:${proxy.port}`,
    );
  });

  it('says how many connections the pool has, and how many callers wait', async () => {
    const { db, close, pool } = await openDatabase({
      url: proxied,
      dataDir: 'unused',
      poolSize: 2,
    });
    expect(pool!()).toEqual({ total: 0, idle: 0, waiting: 0 });
    await Promise.all(
      Array.from({ length: 2 }, () =>
        db.transaction(async (tx) => {
          await tx.execute(sql`select 1`);
          await delay(0); // until the other one has its connection
        }),
      ),
    );
    expect(pool!()).toEqual({ total: 2, idle: 2, waiting: 0 });
    proxy.hold();
    const held = Array.from({ length: 5 }, () => outcome(db.execute(sql`select 1`)));
    await delay(0); // until the pool has seen them
    expect(pool!()).toEqual({ total: 2, idle: 0, waiting: 3 });
    await proxy.cut();
    await Promise.all(held);
    await close();
  });

  it('applies the time-outs that it is given', async () => {
    const limits = { poolSize: 1, connectTimeoutMs: 300, statementTimeoutMs: 200 };
    const { db, close } = await openDatabase({ url: proxied, dataDir: 'unused', ...limits });
    const cancelled = await outcome(db.execute(sql`select pg_sleep(10)`));
    expect(cancelled.error).toMatchObject({ cause: { code: '57014' } });
    expect(cancelled.ms).toBeGreaterThanOrEqual(190);
    expect(cancelled.ms).toBeLessThan(3000);

    await db.execute(sql`select 1`); // opens a connection again
    proxy.hold();
    const silent = outcome(db.execute(sql`select 1`)); // the client waits a second longer
    const noConnection = await outcome(db.execute(sql`select 1`));
    expect(isUnavailable(noConnection.error)).toBe(true);
    expect(noConnection.ms).toBeGreaterThanOrEqual(290);
    expect(noConnection.ms).toBeLessThan(1100);
    const { error, ms } = await silent;
    expect(isUnavailable(error)).toBe(true);
    expect(ms).toBeGreaterThanOrEqual(1190);
    await close();
  });

  describe('with MIGRATE=off', () => {
    const openAsIs = (url = proxied) => openDatabase({ url, dataDir: 'unused', migrate: false });

    it('opens a database that has the migrations', async () => {
      await (await open(database.url)).close();
      const { db, close } = await openAsIs();
      expect(await db.$count(messages)).toBe(0);
      await close();
    });

    it('opens a database that has the migrations of a newer release', async () => {
      const { db, close } = await open(database.url);
      await db.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at)
        select 'newer', max(created_at) + 1 from drizzle.__drizzle_migrations`);
      await close();
      await (await openAsIs()).close();
    });

    it('refuses an empty database, and leaves it empty', async () => {
      const { length } = migrationsOfThisRelease();
      await expect(openAsIs()).rejects.toMatchObject({
        name: 'MigrationsError',
        message:
          `The database lacks ${length} migrations of this release, and MIGRATE is off. ` +
          'Run `node dist/commands/migrate.js` first, or `npm run db:migrate` in a checkout.',
      });
      await expect(openAsIs()).rejects.toThrow(); // nothing has changed
    });

    it('explains that the role may not migrate', async () => {
      const role = `${database.name}_reader`;
      await administrate(`create role ${role} login password 'reader'`);
      const url = new URL(database.url);
      url.username = role;
      url.password = 'reader';
      const lacksPrivilege = {
        name: 'MigrationsError',
        message: expect.stringMatching(/^The role of DATABASE_URL lacks a privilege .*42501/),
      };
      try {
        await expect(open(url.href)).rejects.toMatchObject(lacksPrivilege);
        await (await open(database.url)).close();
        const asReader = openAsIs(url.href);
        await expect(asReader).rejects.toMatchObject(lacksPrivilege);
      } finally {
        await administrate(`drop role ${role}`);
      }
    });

    it('refuses a database that lacks the latest migration', async () => {
      const { db, close } = await open(database.url);
      await db.execute(sql`delete from drizzle.__drizzle_migrations
        where created_at = (select max(created_at) from drizzle.__drizzle_migrations)`);
      await close();
      await expect(openAsIs()).rejects.toThrow('The database lacks 1 migration of this release');
    });

    it('says that the database cannot be reached', async () => {
      await proxy.cut();
      expect(isUnavailable((await outcome(openAsIs())).error)).toBe(true);
    });
  });

  describe('when connections are lost', () => {
    let connection: Connection;
    let db: Database;

    beforeEach(async () => {
      connection = await open(proxied);
      db = connection.db;
    });

    afterEach(() => connection.close());

    const select = () => db.execute(sql`select 1`);
    const selectInTransaction = () => db.transaction((tx) => tx.execute(sql`select 1`));

    it('survives the loss of idle connections', async () => {
      await Promise.all(Array.from({ length: 5 }, select));
      await terminateAll();
      await delay(200); // until the pool has noticed
      expect(await outcome(select())).toMatchObject({ error: undefined });
    });

    it('fails only the transaction that loses its connection between two statements', async () => {
      const { error } = await outcome(
        db.transaction(async (tx) => {
          await tx.execute(sql`select 1`);
          await terminateAll();
          await delay(200);
          await tx.execute(sql`select 1`);
        }),
      );
      expect(isUnavailable(error)).toBe(true);
      expect(await outcome(selectInTransaction())).toMatchObject({ error: undefined });
    });

    it('fails at once in more outages than the pool has connections, and recovers', async () => {
      for (let outage = 0; outage < 4; outage++) {
        await proxy.cut();
        const failed = await Promise.all(
          [select, selectInTransaction, select, selectInTransaction, selectInTransaction].map(
            (work) => outcome(work()),
          ),
        );
        for (const { error, ms } of failed) {
          expect(isUnavailable(error)).toBe(true);
          expect(ms).toBeLessThan(1000);
        }
        await proxy.mend();
        expect(await outcome(selectInTransaction())).toMatchObject({ error: undefined });
      }
    }, 20_000);

    it('gives up on a silent server, drops its connections, and recovers', async () => {
      await Promise.all(Array.from({ length: 10 }, select));
      proxy.hold();
      const failed = await Promise.all(
        Array.from({ length: 15 }, (_, index) =>
          outcome(index % 2 === 0 ? select() : selectInTransaction()),
        ),
      );
      for (const { error, ms } of failed) {
        expect(isUnavailable(error)).toBe(true);
        expect(ms).toBeLessThan(6000);
      }
      await proxy.mend();
      const recovered = await Promise.all(Array.from({ length: 10 }, () => outcome(select())));
      for (const { error } of recovered) expect(error).toBeUndefined();
    }, 30_000);

    it('closes in time while a statement waits for a silent server', async () => {
      await select();
      proxy.hold();
      const waiting = outcome(select());
      await delay(50); // until it has been sent
      const { ms } = await outcome(connection.close());
      expect(ms).toBeGreaterThan(2900); // it did wait
      expect(ms).toBeLessThan(4000);
      await proxy.cut();
      expect(isUnavailable((await waiting).error)).toBe(true);
      // For afterEach to close.
      await proxy.mend();
      connection = await open(proxied);
    }, 15_000);

    it('keeps the reason of another failure, and its connection', async () => {
      const { error } = await outcome(db.execute(sql`select * from no_such_table`));
      expect(isUnavailable(error)).toBe(false);
      const inTransaction = await outcome(
        db.transaction(async (tx) => {
          await tx.execute(sql`create table left_behind ()`);
          throw new Error('a change of mind');
        }),
      );
      expect(inTransaction.error).toEqual(new Error('a change of mind'));
      const { error: missing } = await outcome(db.execute(sql`select * from left_behind`));
      expect(missing).toMatchObject({ cause: { code: '42P01' } });
    });
  });
});
