import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Client } from 'pg';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { RevocationCopy } from '../../src/revocation/revocation-copy.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { createPostgresDatabase } from '../support/database.js';
import { expectRefusal } from '../support/refusal.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { expectDatabaseUnavailable } from '../support/unavailable.js';
import { LOGOUT_ON, logoutToken, sendLogout } from './support/logout-token.js';

/** Any number: the key of a lock that every commit of a revocation waits for. */
const COMMIT_LOCK = 43;

const HOLD_COMMITS = `
  create function wait_for_lock() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(${COMMIT_LOCK}); return null; end $$;
  create constraint trigger wait_at_commit after insert on revocations
    deferrable initially deferred for each row execute function wait_for_lock();
`;

describe('A logout, with two instances on one PostgreSQL', () => {
  let issuer: TestIssuer;
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  /** In front of the database of the first instance. */
  let proxy: TcpProxy;
  let one: Api;
  let other: Api;
  let direct: Client;

  beforeAll(async () => {
    issuer = await createTestIssuer({ audience: AUDIENCE });
    database = await createPostgresDatabase();
    const url = new URL(database.url);
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
    url.host = `127.0.0.1:${proxy.port}`;
    one = await startApi({ issuer, environment: { ...LOGOUT_ON, DATABASE_URL: url.href } });
    other = await startApi({ issuer, environment: { ...LOGOUT_ON, ...database.environment } });
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

  const token = (sub: string) => logoutToken(issuer, Date.now(), { sub });
  const look = () => Promise.all([one, other].map(({ app }) => app.get(RevocationCopy).follow()));
  const expectRevoked = async (api: Api, sub: string) =>
    expectRefusal(await api.get('/api/private', issuer.mint({ sub, iat: 1 })), {
      status: 401,
      code: 'token_revoked',
    });

  it('is received by one and in force on both', async () => {
    expect((await sendLogout(one, token('auth0|ann'))).status).toBe(200);
    await expectRevoked(one, 'auth0|ann');
    await look();
    await expectRevoked(other, 'auth0|ann');
  });

  it('is received once, whichever instance gets the token', async () => {
    const used = token('auth0|bob');
    const answers = await Promise.all(
      [one, other, one, other].map((instance) => sendLogout(instance, used)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 400, 400, 400,
    ]);
  });

  it('is answered with 503 without the database, and the same token works afterwards', async () => {
    const lost = token('auth0|cat');
    await proxy.cut();
    expectDatabaseUnavailable(await sendLogout(one, lost));
    expect((await one.get('/api/private', issuer.mint({ sub: 'auth0|cat' }))).status).toBe(200);
    await proxy.mend();
    expect((await sendLogout(one, lost)).status).toBe(200);
    await expectRevoked(one, 'auth0|cat');
  });

  it('is received once, also if an instance could not write it before', async () => {
    const lost = token('auth0|eve');
    await proxy.cut();
    expectDatabaseUnavailable(await sendLogout(one, lost));
    expect((await sendLogout(other, lost)).status).toBe(200);
    await proxy.mend();
    expect((await sendLogout(one, lost)).status).toBe(400);
    await expectRevoked(one, 'auth0|eve');
  });

  it('that was written although the database did not say so, works again as well', async () => {
    await direct.query(HOLD_COMMITS);
    await direct.query(`select pg_advisory_lock(${COMMIT_LOCK})`);
    const token1 = token('auth0|dan');
    const lost = sendLogout(one, token1);
    const waiting = `select from pg_stat_activity where datname = current_database()
      and wait_event = 'advisory'`;
    while ((await direct.query(waiting)).rowCount === 0) await delay(20);
    await proxy.cut();
    expectDatabaseUnavailable(await lost);
    await direct.query(`select pg_advisory_unlock(${COMMIT_LOCK})`);
    const written = `select from revocations where sub = 'auth0|dan'`;
    while ((await direct.query(written)).rowCount === 0) await delay(20);
    await proxy.mend();
    // It is in force whatever else the instance can read.
    const copy = jest.spyOn(one.app.get(RevocationCopy), 'follow').mockResolvedValue();
    expect((await sendLogout(one, token1)).status).toBe(200);
    await expectRevoked(one, 'auth0|dan');
    copy.mockRestore();
    // Then it has been used.
    expect((await sendLogout(one, token1)).status).toBe(400);
  });
});
