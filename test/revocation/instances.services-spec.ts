import { Client } from 'pg';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { RevocationCopy } from '../../src/revocation/revocation-copy.js';
import { FakeClock } from '../auth/support/fake-clock.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { createPostgresDatabase } from '../support/database.js';
import { captureLog } from '../support/log.js';
import { expectRefusal } from '../support/refusal.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { expectDatabaseUnavailable } from '../support/unavailable.js';

const PATH = '/api/admin/revocations';

describe('Two instances on one PostgreSQL', () => {
  let clock: FakeClock;
  let issuer: TestIssuer;
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  /** In front of the database of the second instance. */
  let proxy: TcpProxy;
  let one: Api;
  let other: Api;
  let direct: Client;

  const startOther = () => {
    const url = new URL(database.url);
    url.host = `127.0.0.1:${proxy.port}`;
    return startApi({ issuer, clock, environment: { DATABASE_URL: url.href } });
  };

  beforeAll(async () => {
    clock = new FakeClock();
    issuer = await createTestIssuer({ audience: AUDIENCE, now: clock.now });
    database = await createPostgresDatabase();
    const url = new URL(database.url);
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
    one = await startApi({ issuer, clock, environment: database.environment });
    other = await startOther();
    direct = new Client({ connectionString: database.url });
    await direct.connect();
  });

  afterAll(async () => {
    await direct.end();
    await one.close();
    await other.close();
    await proxy.cut();
    await database.drop();
    await issuer.close();
  });

  /** Lets two seconds pass, and waits until both instances have looked at the database. */
  const look = async () => {
    clock.advance(2000);
    await Promise.all([one, other].map(({ app }) => app.get(RevocationCopy).follow()));
  };

  const revoke = (api: Api, json: object) =>
    api.send('POST', PATH, { token: issuer.mint({ scope: 'write:admin' }), json });

  const expectRevoked = async (api: Api, token: string) =>
    expectRefusal(await api.get('/api/private', token), { status: 401, code: 'token_revoked' });
  const expectAccepted = async (api: Api, token: string) =>
    expect((await api.get('/api/private', token)).status).toBe(200);

  it('what one revokes, the other refuses in two seconds, after a restart too', async () => {
    const token = issuer.mint({ sub: 'auth0|ann' });
    await expectAccepted(other, token);
    expect((await revoke(one, { sub: 'auth0|ann' })).status).toBe(201);
    await expectRevoked(one, token);
    await look();
    await expectRevoked(other, token);

    await other.close();
    other = await startOther();
    await expectRevoked(other, token);
  });

  it('a transaction that commits late is not missed, although later ones are known', async () => {
    const late = new Client({ connectionString: database.url });
    await late.connect();
    await late.query('begin');
    await late.query(
      `insert into revocations (id, iss, sub, at, expires_at)
        values (gen_random_uuid(), $1, 'auth0|late', $2, $2)`,
      [issuer.url, new Date(clock.now() + 60_000)],
    );
    await revoke(one, { sub: 'auth0|early' });
    for (let times = 0; times < 3; times += 1) await look();
    const early = issuer.mint({ sub: 'auth0|early', iat: undefined });
    const token = issuer.mint({ sub: 'auth0|late', iat: undefined });
    await expectRevoked(other, early);
    await expectAccepted(other, token);

    await late.query('commit');
    await late.end();
    await look();
    for (const api of [one, other]) await expectRevoked(api, token);
  });

  it('a warm request asks no database', async () => {
    const token = issuer.mint();
    await expectAccepted(other, token);
    await proxy.cut();
    await expectAccepted(other, token);
    await proxy.mend();
    await look();
  });

  it('without the database, an instance refuses what it knows, and says how old that is', async () => {
    captureLog();
    const revoked = issuer.mint({ sub: 'auth0|bob', iat: undefined });
    const token = issuer.mint({ sub: 'auth0|cat', iat: undefined });
    await revoke(other, { sub: 'auth0|bob' });
    await look();
    await proxy.cut();
    await revoke(one, { sub: 'auth0|cat' });
    for (let times = 0; times < 5; times += 1) await look();
    await expectRevoked(other, revoked);
    await expectAccepted(other, token);
    expect(await other.get('/health/ready')).toMatchObject({
      status: 503,
      json: {
        error: { database: { status: 'down' } },
        details: { revocations: { status: 'up', ageSec: 10 } },
      },
    });
    expectDatabaseUnavailable(await revoke(other, { sub: 'auth0|dan' }));

    await proxy.mend();
    await look();
    await expectRevoked(other, token);
    expect((await revoke(other, { sub: 'auth0|dan' })).status).toBe(201);
  });

  it('a look reads the new rows by the index, however many there are', async () => {
    await direct.query(`insert into revocations (id, iss, sub, at, expires_at)
      select gen_random_uuid(), 'https://issuer.test/', 'many-' || n, now(), now()
      from generate_series(1, 20000) n`);
    await direct.query('analyze revocations');
    const { rows } = await direct.query(
      `explain select * from revocations where (transaction, id) > ($1, $2) and transaction < $3
        order by transaction, id limit 10000`,
      ['5', '01890a5d-ac96-774b-bcce-b302099a8057', '6'],
    );
    const plan = rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Index Scan using revocations_transaction');
    expect(plan).not.toMatch(/Seq Scan|^ *Filter:|Sort/m);
  });
});
