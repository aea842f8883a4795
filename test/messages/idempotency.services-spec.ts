import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type Api, startApi } from '../support/api.js';
import { createPostgresDatabase } from '../support/database.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { expectDatabaseUnavailable } from '../support/unavailable.js';

/** Any number: the key of a lock that every commit of a message waits for. */
const COMMIT_LOCK = 42;

const HOLD_COMMITS = `
  create function wait_for_lock() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(${COMMIT_LOCK}); return null; end $$;
  create constraint trigger wait_at_commit after insert on messages
    deferrable initially deferred for each row execute function wait_for_lock();
`;

describe('A message written with an Idempotency-Key, when its answer is lost', () => {
  let api: Api;
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let proxy: TcpProxy;
  let direct: Client;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    const url = new URL(database.url);
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
    url.host = `127.0.0.1:${proxy.port}`;
    api = await startApi({ environment: { DATABASE_URL: url.href } });
    direct = new Client({ connectionString: database.url });
    await direct.connect();
  });

  afterEach(async () => {
    await api.close();
    await proxy.cut();
    await direct.end();
    await database.drop();
  });

  const post = () =>
    api.send('POST', '/api/messages', {
      token: api.issuer.mint({ sub: 'auth0|ann', scope: 'write:messages' }),
      headers: { 'Idempotency-Key': 'lost' },
      json: { text: 'Written, but not answered' },
    });

  const until = async (query: string) => {
    while ((await direct.query(query)).rowCount === 0) await delay(20);
  };

  it('is not written again: the connection breaks after COMMIT was sent', async () => {
    await direct.query(HOLD_COMMITS);
    await direct.query(`select pg_advisory_lock(${COMMIT_LOCK})`);
    const lost = post();
    await until(`select from pg_stat_activity where datname = current_database()
      and wait_event = 'advisory' and query = 'commit'`);
    await proxy.cut();
    expectDatabaseUnavailable(await lost);
    await direct.query(`select pg_advisory_unlock(${COMMIT_LOCK})`);
    await until('select from messages');

    await proxy.mend();
    const again = await post();
    const { rows } = await direct.query('select id, text from messages');
    expect(rows).toEqual([{ id: again.json.id, text: 'Written, but not answered' }]);
    expect([again.status, again.headers.location]).toEqual([201, `/api/messages/${rows[0].id}`]);
  });

  it('is written by the second request: the connection breaks before COMMIT', async () => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table messages in share mode');
    const lost = post();
    await until(`select from pg_stat_activity where datname = current_database()
      and wait_event_type = 'Lock' and query like 'insert into "messages"%'`);
    await proxy.cut();
    expectDatabaseUnavailable(await lost);
    await holder.end();
    expect((await direct.query('select from messages')).rowCount).toBe(0);

    await proxy.mend();
    expect(await post()).toMatchObject({ status: 201 });
    expect((await direct.query('select from messages')).rowCount).toBe(1);
  });
});
