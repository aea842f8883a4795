import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { openEmbedded } from './embedded.js';
import { openPostgres } from './postgres.js';

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

/** Opens the database that the options name and brings its tables up to date. */
export function openDatabase({ url, dataDir }: DatabaseOptions): Promise<Connection> {
  return url === undefined ? openEmbedded(dataDir) : openPostgres(url);
}
