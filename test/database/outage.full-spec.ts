import type { PGlite } from '@electric-sql/pglite';
import { CONNECTION, type Connection, DATABASE } from '../../src/database/connection.js';
import { guardWrites } from '../../src/database/embedded.js';
import { type Api, startApi } from '../support/api.js';
import { captureLog, type LogLine } from '../support/log.js';
import { expectDatabaseUnavailable } from '../support/unavailable.js';

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

type Row = [method: string, path: string, json: object | undefined];

const WRITES: Row[] = [
  ['POST', '/api/messages', { text: 'Hello' }],
  ['PATCH', `/api/messages/${UNKNOWN}`, { text: 'Hello' }],
  ['DELETE', `/api/messages/${UNKNOWN}`, undefined],
  ['DELETE', `/api/admin/messages/${UNKNOWN}`, undefined],
];

const READS: Row[] = [
  ['GET', '/api/messages', undefined],
  ['GET', '/api/admin/messages', undefined],
  ['GET', '/api/admin/audit', undefined],
];

describe('The API', () => {
  let api: Api;
  let token: string;

  beforeAll(async () => {
    api = await startApi({ ownDatabase: true });
    token = api.issuer.mint({
      scope: 'read:messages write:messages read:admin write:admin',
    });
  }, 30_000);

  afterAll(() => api.close());

  describe('while the disk is nearly full', () => {
    const clock = performance.now.bind(performance);
    let free = 0;
    let log: LogLine[];

    beforeAll(() => {
      const time = clock();
      performance.now = () => time; // the log has one line per interval
      log = captureLog();
      guardWrites(api.app.get<{ $client: PGlite }>(DATABASE).$client, () => free);
    });

    afterAll(() => {
      performance.now = clock;
    });

    it.each(WRITES)('answers 503 to %s %s', async (method, path, json) => {
      expectDatabaseUnavailable(await api.send(method, path, { token, json }));
    });

    it('logs the cause once, not for every request', () => {
      expect(log.filter(({ level }) => level === 'error')).toEqual([
        {
          level: 'error',
          message: 'The database is unavailable: less than 64 MB of disk are free for DATA_DIR',
          context: 'DatabaseUnavailableFilter',
        },
      ]);
    });

    it.each(READS)('answers %s %s', async (method, path) => {
      expect(await api.send(method, path, { token })).toMatchObject({ status: 200 });
    });

    it('writes again when there is space', async () => {
      free = 64 * 2 ** 20;
      const json = { text: 'Hello' };
      expect(await api.send('POST', '/api/messages', { token, json })).toMatchObject({
        status: 201,
      });
    });
  });

  describe('while the database is closed', () => {
    beforeAll(() => api.app.get<Connection>(CONNECTION).close());

    it.each([...WRITES, ...READS, ['GET', `/api/messages/${UNKNOWN}`, undefined] as Row])(
      'answers 503 to %s %s',
      async (method, path, json) => {
        expectDatabaseUnavailable(await api.send(method, path, { token, json }));
      },
    );

    it('answers 401 without a token', async () => {
      expect(await api.get('/api/messages')).toMatchObject({ status: 401 });
    });

    it('answers on a route that needs no database', async () => {
      expect(await api.get('/api/public')).toMatchObject({ status: 200 });
    });
  });
});
