import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { getTableName } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { Client } from 'pg';
import type { Connection, Database } from '../../src/database/connection.js';
import { openDatabase } from '../../src/database/open-database.js';
import * as schema from '../../src/database/schema.js';
import { copyEmbeddedTemplate } from './embedded-template.js';
import { sharedByWorker } from './shared.js';

/** Set by jest.services.config.js only: `npm test` never needs a server. */
const { POSTGRES_URL } = globalThis as { POSTGRES_URL?: string };

export interface TestDatabase {
  /** How the application is told of it. */
  environment: { DATABASE_URL?: string; DATA_DIR: string };
  /** Call it when everything that opened the database has closed it. */
  drop: () => Promise<void>;
}

/** A database for one suite alone: on PostgreSQL in `npm run test:services`, else embedded. */
export async function createTestDatabase(): Promise<TestDatabase> {
  if (POSTGRES_URL !== undefined) return createPostgresDatabase();
  const directory = await copyEmbeddedTemplate();
  return {
    environment: { DATA_DIR: directory },
    drop: () => rm(directory, { recursive: true }),
  };
}

/**
 * An open and empty database for one suite. Unlike that of {@link createTestDatabase} an embedded
 * one is the same for all suites of a worker, and stays open.
 */
export async function openTestDatabase(): Promise<Connection> {
  if (POSTGRES_URL === undefined) return { db: await emptySharedDatabase(), close: async () => {} };
  const { environment, drop } = await createTestDatabase();
  const { DATABASE_URL: url, DATA_DIR: dataDir } = environment;
  const { close, ...connection } = await openDatabase({ url, dataDir });
  return { ...connection, close: () => close().then(drop) };
}

let isEmpty = false;

/** Empties the database of this worker at its first use in a suite. */
async function emptySharedDatabase(): Promise<Database> {
  sharedByWorker.pglite ??= await sharedByWorker.openPGlite(await copyEmbeddedTemplate());
  const db = drizzle(sharedByWorker.pglite);
  const tables = Object.values(schema).map((table) => getTableName(table));
  if (!isEmpty) await db.execute(`truncate ${tables.join(', ')}`);
  isEmpty = true;
  return db;
}

/** An empty database on the PostgreSQL server of `npm run test:services`. */
export async function createPostgresDatabase() {
  if (POSTGRES_URL === undefined) throw new Error('Run this suite with `npm run test:services`.');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administrate(`create database ${name}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = name;
  return {
    name,
    url: url.href,
    environment: { DATABASE_URL: url.href, DATA_DIR: 'unused' },
    drop: () => administrate(`drop database if exists ${name} with (force)`),
  };
}

/** Runs one statement on the server's own database, outside the one under test. */
export async function administrate(statement: string, values: unknown[] = []): Promise<void> {
  const client = new Client({ connectionString: POSTGRES_URL });
  await client.connect();
  try {
    await client.query(statement, values);
  } finally {
    await client.end();
  }
}
