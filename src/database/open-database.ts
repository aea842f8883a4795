import type { Connection, DatabaseOptions } from './connection.js';

/** Opens the database with all its migrations. Loads only the driver that it needs. */
export async function openDatabase(options: DatabaseOptions): Promise<Connection> {
  const { url, dataDir, ...limits } = options;
  if (url === undefined) {
    const { openEmbedded } = await import('./embedded.js');
    return openEmbedded(dataDir, { migrate: limits.migrate });
  }
  const { openPostgres } = await import('./postgres.js');
  return openPostgres(url, limits);
}
