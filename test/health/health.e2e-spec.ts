import type { SQL } from 'drizzle-orm';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import {
  CONNECTION,
  type Connection,
  DATABASE,
  type Database,
} from '../../src/database/connection.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { captureLog } from '../support/log.js';

const LIVE = '/health/live';
const READY = '/health/ready';

/** The body while these parts fail. */
const failing = (...down: string[]) => {
  const part = (status: string) => (name: string) => [name, { status }] as const;
  const up = ['database', 'keys', 'shutdown'].filter((name) => !down.includes(name));
  const revocations = { status: 'up', ageSec: expect.any(Number) as number };
  const info = { ...Object.fromEntries(up.map(part('up'))), revocations };
  const error = Object.fromEntries(down.map(part('down')));
  return { status: 'error', info, error, details: { ...info, ...error } };
};

describe('The health checks', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({ ownDatabase: true });
    await api.get('/api/private', api.issuer.mint()); // waits for the keys
  });

  const now = Date.now.bind(Date);
  let time = now();

  /** The state of the database is that of the last second. From now on the time stands still. */
  const letASecondPass = () => {
    time = Math.max(time, now()) + 1001;
    Date.now = () => time;
  };

  afterAll(async () => {
    Date.now = now;
    await api.close();
  });

  it.each([
    [LIVE, { status: 'ok' }],
    [READY, { status: 'ok', revocations: { ageSec: expect.any(Number) as number } }],
  ])('answer %s without a token, and are not stored by caches', async (path, body) => {
    for (const token of [undefined, 'not.a.token']) {
      const { status, json, headers } = await api.get(path, token);
      expect({ status, json, cacheControl: headers['cache-control'] }).toEqual({
        status: 200,
        json: body,
        cacheControl: 'no-store',
      });
    }
  });

  it('ask the database once for many requests', async () => {
    const db = api.app.get<Database>(DATABASE);
    let queries = 0;
    db.execute = ((query: SQL) => {
      queries += 1;
      return Object.getPrototypeOf(db).execute.call(db, query);
    }) as Database['execute'];
    letASecondPass();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.get(READY)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(queries).toBe(1);
  });

  it('name the database alone when it is gone, and log nothing', async () => {
    const log = captureLog();
    await api.app.get<Connection>(CONNECTION).close();
    letASecondPass();
    const { status, json, headers } = await api.get(READY);
    expect({ status, json, cacheControl: headers['cache-control'] }).toEqual({
      status: 503,
      json: failing('database'),
      cacheControl: 'no-store',
    });
    expect((await api.get(LIVE)).status).toBe(200);
    expect(log).toEqual([]);
  });
});

describe('Without keys', () => {
  let issuer: TestIssuer;
  let api: Api;

  beforeAll(async () => {
    issuer = await createTestIssuer({ audience: AUDIENCE });
    issuer.fail('down');
    api = await startApi({ issuer });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it('an instance is live and not ready', async () => {
    const { status, json } = await api.get(READY);
    expect({ status, json }).toEqual({ status: 503, json: failing('keys') });
    expect((await api.get(LIVE)).status).toBe(200);
  });
});

describe('With a shared secret', () => {
  it('an instance is ready without asking its issuer', async () => {
    const secret = 'x'.repeat(32);
    const api = await startApi({ environment: { AUTH0_SIGNING_SECRET: secret } });
    expect((await api.get(READY)).status).toBe(200);
    await api.close();
  });
});
