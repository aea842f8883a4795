import { Client } from 'pg';

const SERVER_URL = process.env.TEST_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres';

/** An empty database on the server of TEST_DATABASE_URL, or on the local one. */
export class ScratchDatabase {
  /** @throws if the server cannot be reached */
  static async create() {
    const name = `nestjs_auth0_api_cluster_${process.pid}`;
    const admin = new Client({
      connectionString: SERVER_URL,
      connectionTimeoutMillis: 2000,
    });
    await admin.connect();
    await admin.query(`create database ${name}`);
    return new ScratchDatabase(admin, name);
  }

  constructor(admin, name) {
    this.admin = admin;
    this.name = name;
    const url = new URL(SERVER_URL);
    url.pathname = name;
    this.url = url.href;
  }

  /** Ends all connections to the database, and returns how many there were. */
  async terminateConnections() {
    const { rowCount } = await this.admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
      [this.name],
    );
    return rowCount;
  }

  /** @returns {Promise<{ id: string, text: string, author: string }[]>} */
  async messages() {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query('select id, text, author from messages')).rows;
    } finally {
      await client.end();
    }
  }

  async drop() {
    await this.admin.query(`drop database ${this.name} with (force)`);
    await this.admin.end();
  }
}
