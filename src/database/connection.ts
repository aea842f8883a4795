import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** PostgreSQL or the embedded database: inject it with `@Inject(DATABASE)`. */
export type Database = PgDatabase<PgQueryResultHKT>;

export const DATABASE = Symbol('DATABASE');

/** The whole {@link Connection}. A test overrides it to use a database of its own. */
export const CONNECTION = Symbol('CONNECTION');

/** An open database and the function that closes it. */
export interface Connection {
  db: Database;
  close: () => Promise<void>;
  /** The connections of the pool at this moment. The embedded database has no pool. */
  pool?: () => PoolState;
}

export interface PoolState {
  /** Open connections, idle or in use. */
  total: number;
  idle: number;
  /** Statements and transactions that wait for a connection. */
  waiting: number;
}

export interface DatabaseOptions {
  /** Connection string of PostgreSQL. Without it the database is embedded, in `dataDir`. */
  url?: string | undefined;
  /** Directory of the embedded database, created if necessary. */
  dataDir: string;
  /** Most connections of this process to PostgreSQL. @default 10 */
  poolSize?: number;
  /** Time to wait for a connection, new or free, in milliseconds. @default 3000 */
  connectTimeoutMs?: number;
  /** Time after which PostgreSQL cancels a statement, in milliseconds. @default 4000 */
  statementTimeoutMs?: number;
  /** Applies pending migrations. With `false` the database must have them. @default true */
  migrate?: boolean;
}
