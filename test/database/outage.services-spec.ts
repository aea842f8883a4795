import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type Api, startApi } from '../support/api.js';
import { administrate, createPostgresDatabase } from '../support/database.js';
import { captureLog, type LogLine } from '../support/log.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { expectDatabaseUnavailable } from '../support/unavailable.js';

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('the API while PostgreSQL is unreachable', () => {
  let api: Api;
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let proxy: TcpProxy;
  let token: string;
  let log: LogLine[];

  beforeEach(async () => {
    database = await createPostgresDatabase();
    const url = new URL(database.url);
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
    url.host = `127.0.0.1:${proxy.port}`;
    api = await startApi({ environment: { DATABASE_URL: url.href } });
    token = api.issuer.mint({ scope: 'read:messages write:messages read:admin write:admin' });
    log = captureLog();
  });

  afterEach(async () => {
    await api.close();
    await proxy.cut();
    await database.drop();
  });

  /** Resolves when a statement of the API waits for the lock. */
  async function untilBlocked(): Promise<void> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const blocked = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await client.query(blocked)).rowCount === 0) await delay(20);
    await client.end();
  }

  const faults = () => log.filter(({ level }) => level === 'error' || level === 'fatal');

  it('answers 503 on every route that needs it, logs the cause once, and recovers', async () => {
    const requests: [string, string, object?][] = [
      ['POST', '/api/messages', { text: 'Lost' }],
      ['GET', '/api/messages'],
      ['GET', `/api/messages/${UNKNOWN}`],
      ['PATCH', `/api/messages/${UNKNOWN}`, { text: 'Lost' }],
      ['DELETE', `/api/messages/${UNKNOWN}`],
      ['GET', '/api/admin/messages'],
      ['DELETE', `/api/admin/messages/${UNKNOWN}`],
      ['GET', '/api/admin/audit'],
    ];
    await proxy.cut();
    for (const [method, path, json] of requests) {
      expectDatabaseUnavailable(await api.send(method, path, { token, json }));
    }
    expect(faults()).toEqual([
      {
        level: 'error',
        message: expect.stringMatching(/^The database is unavailable: .*(ECONNREFUSED|terminated)/),
        context: 'DatabaseUnavailableFilter',
      },
    ]);

    await proxy.mend();
    const json = { text: 'Back' };
    expect(await api.send('POST', '/api/messages', { token, json })).toMatchObject({ status: 201 });
    const { json: page } = await api.get('/api/messages', token);
    expect(page.messages).toMatchObject([{ text: 'Back' }]);
  });

  it('answers 503 to a request whose connection is closed during a statement', async () => {
    const { json } = await api.send('POST', '/api/messages', { token, json: { text: 'Locked' } });
    const release = await holdLock();
    const waiting = api.send('DELETE', `/api/admin/messages/${json.id}`, { token });
    await untilBlocked();
    await administrate(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = $1 and application_name = 'nestjs-auth0-api'`,
      [database.name],
    );
    expectDatabaseUnavailable(await waiting);
    expect(faults()).toMatchObject([{ message: expect.stringContaining('57P01') }]);
    await release();
    expect(await api.get(`/api/messages/${json.id}`, token)).toMatchObject({ status: 200 });
  });

  it('answers 503 in time when the server stops answering', async () => {
    await api.get('/api/messages', token);
    proxy.hold();
    const start = performance.now();
    expectDatabaseUnavailable(await api.get('/api/messages', token));
    expect(performance.now() - start).toBeLessThan(6000);
    await proxy.mend();
    expect(await api.get('/api/messages', token)).toMatchObject({ status: 200 });
  }, 15_000);

  /** Locks the messages against writes, without the proxy, until released. */
  async function holdLock() {
    const client = new Client({ connectionString: database.url });
    client.on('error', () => {}); // after a test that failed before it released the lock
    await client.connect();
    await client.query('begin');
    await client.query('lock table messages in share mode');
    return async () => {
      await client.query('rollback');
      await client.end();
    };
  }
});
