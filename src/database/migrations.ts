import { fileURLToPath } from 'node:url';
import { Logger } from '@nestjs/common';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';
import { ConnectionError, reason } from './outage.js';

/** Beside this file in `src` and in `dist`; nest-cli.json copies it there. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('migrations', import.meta.url));

/** Any number, the same in every instance: the advisory lock under which they migrate. */
const MIGRATION_LOCK = 4_711_020_011;

/**
 * Brings a PostgreSQL database up to date. Several instances may do this at once: each waits for the lock, and finds
 * nothing left to do. The lock is of the session, and so the connection is its own, none of a pool's; it also means
 * that a proxy which shares sessions (PgBouncer in transaction mode) must be bypassed here.
 */
export async function migratePostgres(url: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    application_name: 'nestjs-auth0-api migrations',
  });
  // The statement under way fails with the same cause; without a listener it would end the process instead.
  client.on('error', () => {});
  await connect(client);
  try {
    await lock(client);
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await client.end(); // and with the session goes the lock
  }
}

async function connect(client: Client): Promise<void> {
  try {
    await client.connect();
  } catch (cause) {
    const where = `${client.host}:${client.port}`;
    const message = `Cannot connect to PostgreSQL at ${where} (DATABASE_URL): ${reason(cause)}`;
    throw new ConnectionError({ message, cause });
  }
}

async function lock(client: Client): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock($1) as locked',
    [MIGRATION_LOCK],
  );
  if (rows[0]?.locked) return;
  new Logger('Migrations').log('Another instance is migrating the database; waiting for it.');
  await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
}
