import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Connection } from './database.js';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { MIGRATIONS_FOLDER } from './migrations.js';

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
  const db = drizzle(client);
  try {
    await migrate(db, { migrationsFolder: MIGRATIONS_FOLDER });
  } catch (error) {
    await client.close();
    throw error;
  }
  return { db, close };
}
