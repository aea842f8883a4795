import { setTimeout as delay } from 'node:timers/promises';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgTransactionConfig } from 'drizzle-orm/pg-core';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import type { Connection } from './connection.js';
import { migratePostgres } from './migrations.js';
import { ConnectionError, isUnavailable } from './outage.js';

/** Every wait has an end, so that a dead database is an answer (503) and no hanging request. */
const LIMITS = {
  max: 10,
  /** For a new connection, and for a free one of the pool. */
  connectionTimeoutMillis: 3000,
  /** Said to the server, which then gives up the statement. */
  statement_timeout: 4000,
  idle_in_transaction_session_timeout: 10_000,
  /** Kept here, for a server that says nothing any more. */
  query_timeout: 5000,
} satisfies PoolConfig;

/** How long closing waits for statements under way: the server may be gone. */
const CLOSE_TIMEOUT_MS = 3000;

/** Brings the database up to date and opens a pool of connections to it. */
export async function openPostgres(url: string): Promise<Connection> {
  await migratePostgres(url);
  const pool = new DatabasePool({
    connectionString: url,
    application_name: 'nestjs-auth0-api',
    keepAlive: true,
    ...LIMITS,
  });
  const db = drizzle(pool);
  db.transaction = (work, config) => pool.transaction(work, config);
  const close = async () => {
    await Promise.race([pool.end(), delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  };
  return { db, close };
}

type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

type ConnectCallback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

class DatabasePool extends Pool {
  constructor(config: PoolConfig) {
    super(config);
    // A connection lost while nobody waits for an answer is no failure yet: the pool makes another, and a statement
    // that finds the connection gone says so itself. Without a listener each of the two would end the process.
    this.on('error', () => {});
    this.on('connect', (client) => client.on('error', () => {}));
  }

  /** Fails with a {@link ConnectionError}, which can be told from anyone else's trouble with the network. */
  override connect(): Promise<PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<PoolClient> | void {
    if (callback === undefined) {
      return super.connect().catch((cause: unknown) => {
        throw new ConnectionError({ cause });
      });
    }
    super.connect((cause, client, done) => {
      callback(cause && new ConnectionError({ cause }), client, done);
    });
  }

  /**
   * Drizzle's transaction on a connection that comes back whatever happens. Drizzle itself, over a pool, keeps the
   * connection when `begin` fails, and returns one that still waits for an answer: ten outages later the pool would
   * be empty.
   */
  async transaction<Result>(
    work: (tx: Transaction) => Promise<Result>,
    config?: PgTransactionConfig,
  ): Promise<Result> {
    const client = await this.connect();
    let failure: unknown;
    let returned = false;
    const giveBack = (broken: boolean) => {
      if (!returned) client.release(broken);
      returned = true;
    };
    try {
      return await drizzle(client).transaction(async (tx) => {
        try {
          return await work(tx);
        } catch (error) {
          failure = error;
          // Closed now, a connection to a silent server does not let the rollback wait as long again.
          if (isUnavailable(error)) giveBack(true);
          throw error;
        }
      }, config);
    } catch (error) {
      giveBack(isUnavailable(error));
      throw failure ?? error; // a rollback that fails as well would hide why
    } finally {
      giveBack(false);
    }
  }
}
