import { join, resolve } from 'node:path';
import { PGlite, type QueryOptions } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Connection, DatabaseOptions } from './connection.js';
import {
  DataDirectoryError,
  freeBytes,
  MIN_FREE_BYTES,
  takeDataDirectory,
} from './data-directory.js';
import { MIGRATIONS_FOLDER, requireMigrations } from './migrations.js';
import { DatabaseUnavailableError, reason } from './outage.js';

interface EmbeddedOptions extends Pick<DatabaseOptions, 'migrate'> {
  /** How many bytes are free on the disk of a directory. */
  free?: typeof freeBytes;
}

/**
 * Opens PGlite, PostgreSQL inside this process, and applies pending migrations unless
 * told otherwise. Its data survives
 * `kill -9`, but not a power loss.
 *
 * @throws DataDirectoryError if the directory cannot be used, or another process uses it
 */
export async function openEmbedded(
  dataDir: string,
  { free = freeBytes, migrate: mayMigrate = true }: EmbeddedOptions = {},
): Promise<Connection> {
  const directory = resolve(dataDir);
  const unlock = await takeDataDirectory(directory, free);
  let client: PGlite | undefined;
  const close = async () => {
    if (client && !client.closed) await client.close();
    await unlock();
  };
  try {
    client = await openPGlite(directory);
    const db = drizzle(client);
    if (mayMigrate) await migrate(db, { migrationsFolder: MIGRATIONS_FOLDER });
    else await requireMigrations(db);
    guardWrites(client, () => free(directory));
    return { db, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPGlite(directory: string): Promise<PGlite> {
  try {
    return await PGlite.create(join(directory, 'pglite'));
  } catch (cause) {
    const problem = `PGlite cannot open the database in it (${reason(cause)})`;
    const remedy = 'Check that this process can read and write its files, or restore a backup.';
    throw new DataDirectoryError(directory, problem, remedy, { cause });
  }
}

/**
 * Refuses writes while the disk is nearly full, so that no statement can fill it. Everything except
 * a `select` counts as a write.
 */
export function guardWrites(client: PGlite, free: () => number): void {
  const query = client.query.bind(client);
  const transaction = client.transaction.bind(client);
  const check = () => {
    if (client.closed) throw new DatabaseUnavailableError('PGlite is closed');
    if (free() < MIN_FREE_BYTES) {
      throw new DatabaseUnavailableError('less than 64 MB of disk are free for DATA_DIR');
    }
  };
  client.query = async <Row>(text: string, values?: unknown[], options?: QueryOptions) => {
    if (!/^select /i.test(text)) check();
    return query<Row>(text, values, options);
  };
  client.transaction = async (work) => {
    check();
    return transaction(work);
  };
}
