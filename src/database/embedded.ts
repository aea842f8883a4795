import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Connection } from './connection.js';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { MIGRATIONS_FOLDER } from './migrations.js';
import { ConnectionError } from './outage.js';

const IN_MEMORY = 'memory://';

/** Opens PGlite, PostgreSQL inside this process. It does not guard its directory itself: two processes lose rows. */
export async function openEmbedded(dataDir: string): Promise<Connection> {
  if (dataDir === IN_MEMORY) return start(IN_MEMORY);
  const lock = await lockDirectory(dataDir);
  try {
    return await start(join(dataDir, 'pglite'), lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function start(path: string, lock?: DirectoryLock): Promise<Connection> {
  const client = await PGlite.create(path);
  const close = async () => {
    if (!client.closed) await client.close();
    await lock?.release();
  };
  tellOfClosing(client);
  const db = drizzle(client);
  try {
    await migrate(db, { migrationsFolder: MIGRATIONS_FOLDER });
  } catch (error) {
    await client.close();
    throw error;
  }
  return { db, close };
}

/** Drizzle wraps the errors of statements. A transaction that finds the database closed has not come to one. */
function tellOfClosing(client: PGlite): void {
  const transaction = client.transaction.bind(client);
  client.transaction = (callback) =>
    transaction(callback).catch((cause: unknown) => {
      throw client.closed ? new ConnectionError({ cause }) : cause;
    });
}
