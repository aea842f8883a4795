import type { Connection, DatabaseOptions } from './connection.js';

/** Opens the database and applies pending migrations. Loads only the driver that it needs. */
export async function openDatabase({ url, dataDir }: DatabaseOptions): Promise<Connection> {
  if (url === undefined) {
    const { openEmbedded } = await import('./embedded.js');
    return openEmbedded(dataDir);
  }
  const { openPostgres } = await import('./postgres.js');
  return openPostgres(url);
}
