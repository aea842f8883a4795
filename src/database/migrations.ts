import { fileURLToPath } from 'node:url';
import { DrizzleQueryError, sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database } from './connection.js';

/** In `src`, and in `dist`, where nest-cli.json copies it. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('migrations', import.meta.url));

const UNDEFINED_TABLE = '42P01';

/** The database lacks migrations of this release. Print the message without the stack. */
export class PendingMigrationsError extends Error {
  constructor(count: number) {
    super(
      `The database lacks ${count} ${count === 1 ? 'migration' : 'migrations'} of this release, ` +
        'and MIGRATE is off. Run `npm run db:migrate` first.',
    );
    this.name = 'PendingMigrationsError';
  }
}

/**
 * Accepts a database that has every migration of this release, and perhaps those of a newer one,
 * which an instance of this release may meet during a rolling update.
 *
 * @throws PendingMigrationsError
 */
export async function requireMigrations(db: Database): Promise<void> {
  const latest = await latestMigration(db);
  const pending = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).filter(
    ({ folderMillis }) => folderMillis > latest,
  );
  if (pending.length > 0) throw new PendingMigrationsError(pending.length);
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
    throw error;
  }
}
