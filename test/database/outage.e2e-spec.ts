import { CONNECTION, type Connection } from '../../src/database/connection.js';
import { type Api, startApi } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { captureLog } from '../support/log.js';
import { expectDatabaseUnavailable } from '../support/unavailable.js';

describe('while the database is closed', () => {
  let api: Api;
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    api = await startApi({ environment: database.environment });
    await api.app.get<Connection>(CONNECTION).close();
  }, 30_000);

  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const id = '01890a5d-ac96-774b-bcce-b302099a8057';

  it.each([
    ['POST', '/api/messages', { text: 'Hello' }],
    ['GET', '/api/messages', undefined],
    ['GET', `/api/messages/${id}`, undefined],
    ['PATCH', `/api/messages/${id}`, { text: 'Hello' }],
    ['DELETE', `/api/messages/${id}`, undefined],
    ['GET', '/api/admin/messages', undefined],
    ['DELETE', `/api/admin/messages/${id}`, undefined],
    ['GET', '/api/admin/audit', undefined],
  ])('%s %s is answered 503', async (method, path, json) => {
    const token = api.issuer.mint({
      scope: 'read:messages write:messages read:admin write:admin',
    });
    expectDatabaseUnavailable(await api.send(method, path, { token, json }));
  });

  it('refuses who has no token before it asks the database', async () => {
    expect(await api.get('/api/messages')).toMatchObject({ status: 401, body: '' });
  });

  it('answers what needs no database', async () => {
    expect(await api.get('/api/public')).toMatchObject({ status: 200 });
  });

  it('logs the cause once, and not for every request of a flood', async () => {
    const another = await createTestDatabase();
    const fresh = await startApi({ environment: another.environment });
    const log = captureLog();
    await fresh.app.get<Connection>(CONNECTION).close();
    const token = fresh.issuer.mint({ scope: 'read:messages' });
    for (let request = 0; request < 5; request++) await fresh.get('/api/messages', token);
    expect(log.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'The database is unavailable: PGlite is closed',
        context: 'DatabaseUnavailableFilter',
      },
    ]);
    await fresh.close();
    await another.drop();
  }, 30_000);
});
