import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** The database as the application sees it, PostgreSQL or embedded: inject it with `@Inject(DATABASE)`. */
export type Database = PgDatabase<PgQueryResultHKT>;

export const DATABASE = Symbol('DATABASE');

/** The whole {@link Connection}; a test overrides it to bring a database of its own. */
export const CONNECTION = Symbol('CONNECTION');

/** An open database and the way to close it. */
export interface Connection {
  db: Database;
  close: () => Promise<void>;
}

export interface DatabaseOptions {
  /** Connection string of a PostgreSQL server. Without it the database is embedded, in `dataDir`. */
  url?: string | undefined;
  /** Directory of the embedded database, created when needed. `memory://` keeps nothing, for tests. */
  dataDir: string;
}

/** Opens the database that the options name and brings its tables up to date. The code of the other one is not loaded. */
export async function openDatabase({ url, dataDir }: DatabaseOptions): Promise<Connection> {
  if (url === undefined) {
    const { openEmbedded } = await import('./embedded.js');
    return openEmbedded(dataDir);
  }
  const { openPostgres } = await import('./postgres.js');
  return openPostgres(url);
}
