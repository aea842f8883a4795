import { sql } from 'drizzle-orm';
import { DATABASE, type Database } from '../../../src/database/connection.js';
import { type Api, startApi } from '../../support/api.js';
import { rowsOf } from './rows.js';

/** Each would have an effect, or fail, as a part of a statement. */
const STATEMENTS = [
  "'",
  "' or '1'='1",
  "' or true --",
  "'; delete from messages; --",
  "'); drop table messages cascade; --",
  "' union select id, actor, action, at, at from audit_entries --",
  "' || (select text from messages limit 1) || '",
  "'/**/or/**/1=1#",
  '"; drop table messages; --',
  '$$; drop table messages; $$',
  "$1'; drop table messages; --",
  '$1',
  '?',
  ':id',
  '${1}',
  '%',
  '_',
  '\\',
  "\\'; drop table messages; --",
  "E'\\x27'",
  '\u02BC or 1=1 --',
  '\uFF07 or 1=1 --',
  'null',
  'default',
  '{"$gt":""}',
  '1::text',
];

describe('SQL', () => {
  let api: Api;
  let db: Database;
  let admin: string;

  beforeAll(async () => {
    api = await startApi();
    db = api.app.get<Database>(DATABASE);
    admin = tokenOf('auth0|root');
    const json = { text: 'was here before' };
    await api.send('POST', '/api/messages', { token: tokenOf('auth0|ann'), json });
  });

  afterAll(() => api.close());

  const tokenOf = (sub: string) =>
    api.issuer.mint({ sub, scope: 'read:messages write:messages read:admin write:admin' });
  const post = (text: string, sub = 'auth0|bob') =>
    api.send('POST', '/api/messages', { token: tokenOf(sub), json: { text } });

  /** All rows of both tables. */
  const everything = async () => {
    const messages = await rowsOf(db, sql`select * from messages order by id`);
    const entries = await rowsOf(db, sql`select * from audit_entries order by id`);
    return { messages, entries };
  };

  it.each(STATEMENTS)('in the text of a message is stored unchanged: %s', async (text) => {
    const before = await everything();
    const posted = await post(text);
    expect(posted).toMatchObject({ status: 201, json: { text } });
    const path = posted.headers.location!;
    expect((await api.get(path, admin)).json.text).toBe(text);
    const token = tokenOf('auth0|bob');
    const patched = await api.send('PATCH', path, { token, json: { text: `${text}${text}` } });
    expect(patched).toMatchObject({ status: 200, json: { text: `${text}${text}` } });
    expect((await api.send('DELETE', path, { token })).status).toBe(204);
    expect(await everything()).toEqual(before);
  });

  it.each(STATEMENTS)('in the subject of a token is only a name: %s', async (sub) => {
    const before = await everything();
    const posted = await post('Hello', sub);
    expect(posted).toMatchObject({ status: 201, json: { author: sub } });
    const query = `/api/admin/messages?author=${encodeURIComponent(sub)}`;
    expect((await api.get(query, admin)).json.messages).toEqual([posted.json]);
    const path = `/api/admin/messages/${posted.json.id}`;
    expect((await api.send('DELETE', path, { token: tokenOf(sub) })).status).toBe(204);
    const [entry] = (await api.get('/api/admin/audit?limit=1', admin)).json.entries;
    expect(entry).toMatchObject({ actor: sub, messageId: posted.json.id, author: sub });
    const after = await everything();
    expect(after.messages).toEqual(before.messages);
    expect(after.entries).toHaveLength(before.entries.length + 1);
  });

  it.each(STATEMENTS)('as a parameter finds nothing and changes nothing: %s', async (statement) => {
    const before = await everything();
    const text = encodeURIComponent(statement);
    expect((await api.get(`/api/admin/messages?author=${text}`, admin)).json).toEqual({
      messages: [],
    });
    for (const path of ['/api/messages', '/api/admin/messages', '/api/admin/audit']) {
      for (const query of [`cursor=${text}`, `limit=${text}`, `limit=1${text}`, `${text}=1`]) {
        expect((await api.get(`${path}?${query}`, admin)).status).toBe(400);
      }
    }
    for (const [method, path] of [
      ['GET', '/api/messages'],
      ['PATCH', '/api/messages'],
      ['DELETE', '/api/messages'],
      ['DELETE', '/api/admin/messages'],
    ] as const) {
      const json = method === 'PATCH' ? { text: 'a' } : undefined;
      const answer = await api.send(method, `${path}/${text}`, { token: admin, json });
      expect([answer.status, answer.json.message]).toEqual([404, 'No such message']);
    }
    expect(await everything()).toEqual(before);
  });
});
