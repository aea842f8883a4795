import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client, Pool } from 'pg';
import type { Connection, DatabaseOptions, PoolState } from './connection.js';
import { explainPrivileges, MIGRATIONS_FOLDER, requireMigrations } from './migrations.js';
import { DatabaseUnavailableError, isUnavailable, reason } from './outage.js';

type PostgresOptions = Omit<DatabaseOptions, 'url' | 'dataDir'>;

/** The client waits this much longer than the server, in case the server is silent. */
const SILENCE_MS = 1000;

/** Closing waits this long for statements in progress, in case the server is silent. */
const CLOSE_TIMEOUT_MS = 3000;

/** Any number, the same in every instance: the key of the advisory lock for migrations. */
const MIGRATION_LOCK = 4_711_020_011;

/**
 * Applies pending migrations, unless told otherwise, and opens a pool of connections. Every wait is
 * limited, so that a dead server means 503 and not a request that hangs.
 */
export async function openPostgres(
  url: string,
  {
    poolSize = 10,
    connectTimeoutMs = 3000,
    statementTimeoutMs = 4000,
    migrate: mayMigrate = true,
  }: PostgresOptions = {},
): Promise<Connection> {
  if (mayMigrate) await migrateDatabase(url, connectTimeoutMs);
  const pool = new Pool({
    connectionString: url,
    application_name: 'nestjs-auth0-api',
    keepAlive: true,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + SILENCE_MS,
    idle_in_transaction_session_timeout: 2 * (statementTimeoutMs + SILENCE_MS),
  });
  // Without listeners, a lost connection would end the process. The next statement reports it.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = drizzle(pool);
  db.transaction = transactionOn(pool);
  const close = async () => {
    await Promise.race([pool.end(), delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  };
  if (!mayMigrate) {
    await requireMigrations(db).catch(async (error: unknown) => {
      await close();
      throw error;
    });
  }
  return { db, close, pool: () => stateOf(pool) };
}

function stateOf({ totalCount, idleCount, waitingCount }: Pool): PoolState {
  return { total: totalCount, idle: idleCount, waiting: waitingCount };
}

/**
 * Drizzle's transaction on a connection of the pool. The connection is always released, also when
 * `begin` fails, and closed if it broke. Otherwise each outage would cost the pool a connection.
 */
function transactionOn(pool: Pool): NodePgDatabase['transaction'] {
  return async (work, config) => {
    const client = await pool.connect().catch((cause: unknown) => {
      throw new DatabaseUnavailableError('Cannot connect to PostgreSQL', { cause });
    });
    let failure: unknown;
    let isBroken = false;
    try {
      return await drizzle(client).transaction(
        (tx) =>
          work(tx).catch((error: unknown) => {
            failure = error;
            throw error;
          }),
        config,
      );
    } catch (error) {
      isBroken = isUnavailable(error);
      throw failure ?? error; // if the rollback also fails, the first failure says why
    } finally {
      client.release(isBroken);
    }
  };
}

/**
 * Applies pending migrations. When several instances start at once, each waits for the advisory
 * lock. The lock belongs to the session, so this connection must not go through a proxy that shares
 * sessions, such as PgBouncer in transaction mode.
 */
async function migrateDatabase(url: string, connectTimeoutMs: number): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'nestjs-auth0-api migrations',
  });
  // The statement in progress reports a lost connection. Without a listener the process would end.
  client.on('error', () => {});
  await client.connect().catch((cause: unknown) => {
    const where = `${client.host}:${client.port}`;
    const message = `Cannot connect to PostgreSQL at ${where} (DATABASE_URL): ${reason(cause)}`;
    throw new DatabaseUnavailableError(message, { cause });
  });
  const db = drizzle(client);
  try {
    const { rows } = await db.execute(
      sql`select pg_try_advisory_lock(${MIGRATION_LOCK}) as locked`,
    );
    if (!rows[0]?.locked) {
      new Logger('Database').log('Waiting for another instance to finish the migrations.');
      await db.execute(sql`select pg_advisory_lock(${MIGRATION_LOCK})`);
    }
    await migrate(db, { migrationsFolder: MIGRATIONS_FOLDER }).catch(explainPrivileges);
  } finally {
    await client.end(); // also releases the lock
  }
}
