import { fileURLToPath } from 'node:url';
import { DrizzleQueryError, sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database } from './connection.js';
import { reason } from './outage.js';

/** In `src`, and in `dist`, where nest-cli.json copies it. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('migrations', import.meta.url));

const UNDEFINED_TABLE = '42P01';
const INSUFFICIENT_PRIVILEGE = '42501';

/** Migrations are missing, or not permitted. Print the message without the stack. */
export class MigrationsError extends Error {
  override name = 'MigrationsError';
}

/**
 * Accepts a database that has every migration of this release, and perhaps those of a newer one,
 * which an instance of this release may meet during a rolling update.
 *
 * @throws MigrationsError
 */
export async function requireMigrations(db: Database): Promise<void> {
  const latest = await latestMigration(db);
  const pending = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).filter(
    ({ folderMillis }) => folderMillis > latest,
  );
  if (pending.length === 0) return;
  const count = pending.length === 1 ? '1 migration' : `${pending.length} migrations`;
  throw new MigrationsError(
    `The database lacks ${count} of this release, and MIGRATE is off. ` +
      'Run `node dist/commands/migrate.js` first, or `npm run db:migrate` in a checkout.',
  );
}

/** For a promise that reads or applies migrations. @throws MigrationsError */
export function explainPrivileges(error: unknown): never {
  const { cause } = error as { cause?: { code?: string } };
  if (cause?.code !== INSUFFICIENT_PRIVILEGE) throw error;
  throw new MigrationsError(
    `The role of DATABASE_URL lacks a privilege for the migrations: ${reason(cause)}. ` +
      'Migrate with another role and MIGRATE=off, and grant this one what docs/database.md lists.',
    { cause: error },
  );
}

/** When the latest of the applied migrations was made, which is how Drizzle tells them apart. */
async function latestMigration(db: Database): Promise<number> {
  const latest = sql`max(created_at)`.mapWith(Number);
  try {
    const [row] = await db.select({ latest }).from(sql`drizzle.__drizzle_migrations`);
    return row?.latest ?? 0;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (error instanceof DrizzleQueryError && cause?.code === UNDEFINED_TABLE) return 0;
    return explainPrivileges(error);
  }
}
