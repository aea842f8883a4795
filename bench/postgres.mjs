import { Client } from '../node_modules/pg/esm/index.mjs';

/** The default address of PostgreSQL, without a password. */
const LOCAL = 'postgres://postgres@127.0.0.1:5432/postgres';

/**
 * Creates a database on the server of DATABASE_URL, or on the local one. Returns undefined if there
 * is no server.
 *
 * @returns {Promise<{ url: string, version: string, drop: () => Promise<void> } | undefined>}
 */
export async function scratchDatabase(serverUrl = process.env.DATABASE_URL) {
  const name = `nestjs_auth0_api_bench_${process.pid}`;
  const version = await query(serverUrl ?? LOCAL, 'show server_version').catch((error) => {
    if (serverUrl) throw error;
  });
  if (!version) return undefined;
  await query(serverUrl ?? LOCAL, `create database ${name}`);
  const url = new URL(serverUrl ?? LOCAL);
  url.pathname = name;
  return {
    url: url.href,
    version: version.rows[0].server_version,
    drop: () => query(serverUrl ?? LOCAL, `drop database ${name} with (force)`),
  };
}

async function query(connectionString, text) {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    return await client.query(text);
  } finally {
    await client.end();
  }
}
