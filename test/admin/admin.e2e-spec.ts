import { type Api, startApi } from '../support/api.js';
import type { Answer } from '../support/http.js';
import { expectRefusal } from '../support/refusal.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

const textsOf = ({ json }: Answer) => json.messages.map(({ text }: { text: string }) => text);

describe('/api/admin', () => {
  let api: Api;
  let admin: string;

  beforeAll(async () => {
    api = await startApi();
    admin = api.issuer.mint({ sub: 'auth0|root', scope: 'read:admin write:admin' });
  }, 30_000);

  afterAll(() => api.close());

  const write = async (sub: string, text: string) => {
    const token = api.issuer.mint({ sub, scope: 'write:messages' });
    return (await api.send('POST', '/api/messages', { token, json: { text } })).json;
  };

  const remove = (id: string, token = admin) =>
    api.send('DELETE', `/api/admin/messages/${id}`, { token });

  const audit = async (query = '') => (await api.get(`/api/admin/audit${query}`, admin)).json;

  describe('GET messages', () => {
    beforeAll(async () => {
      for (const text of ['1', '2', '3']) {
        await write('auth0|ann', `ann ${text}`);
        await write('auth0|bob & co', `bob ${text}`);
      }
    });

    it('lists the messages of everyone, newest first', async () => {
      const answer = await api.get('/api/admin/messages?limit=3', admin);
      expect(answer.status).toBe(200);
      expect(textsOf(answer)).toEqual(['bob 3', 'ann 3', 'bob 2']);
    });

    it('lists the messages of one author, page by page', async () => {
      const query = `/api/admin/messages?author=${encodeURIComponent('auth0|bob & co')}&limit=2`;
      const first = await api.get(query, admin);
      expect(textsOf(first)).toEqual(['bob 3', 'bob 2']);
      const second = await api.get(`${query}&cursor=${first.json.nextCursor}`, admin);
      expect(textsOf(second)).toEqual(['bob 1']);
      expect(second.json.nextCursor).toBeUndefined();
    });

    it('lists nothing for an unknown author', async () => {
      const answer = await api.get('/api/admin/messages?author=nobody', admin);
      expect(answer.json).toEqual({ messages: [] });
    });

    it.each([
      ['author=', 'author: must have 1 to 255 characters'],
      [`author=${'a'.repeat(256)}`, 'author: must have 1 to 255 characters'],
      ['author=a%00', 'author: must not contain NUL or a lone surrogate'],
      ['author=a&author=b', 'author: must be given once'],
      ['limit=0', 'limit: must be a whole number from 1 to 100'],
      ['text=a', 'text: is not a known field'],
    ])('refuses ?%s', async (query, message) => {
      const answer = await api.get(`/api/admin/messages?${query}`, admin);
      expect([answer.status, answer.json]).toEqual([
        400,
        { statusCode: 400, error: 'Bad Request', message: [message] },
      ]);
    });
  });

  describe('DELETE message', () => {
    it("removes anyone's message and keeps it in the audit trail, as last edited", async () => {
      const { id } = await write('auth0|eve', 'spam');
      const token = api.issuer.mint({ sub: 'auth0|eve', scope: 'write:messages' });
      const json = { text: 'edited "spam"\n😀' };
      expect(await api.send('PATCH', `/api/messages/${id}`, { token, json })).toMatchObject({
        status: 200,
      });
      expect(await remove(id)).toMatchObject({ status: 204, body: '' });
      const listed = await api.get(`/api/admin/messages?author=auth0|eve`, admin);
      expect(listed.json.messages).toEqual([]);
      expect((await audit('?limit=1')).entries).toEqual([
        {
          id: expect.stringMatching(UUID_V7),
          actor: 'auth0|root',
          action: 'message.delete',
          messageId: id,
          author: 'auth0|eve',
          text: 'edited "spam"\n😀',
          at: expect.stringMatching(ISO),
        },
      ]);
    });

    it('writes one entry when many remove the same message at once', async () => {
      const { id } = await write('auth0|eve', 'spam');
      const answers = await Promise.all(Array.from({ length: 8 }, () => remove(id)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
        204,
        ...Array.from({ length: 7 }, () => 404),
      ]);
      const { entries } = await audit('?limit=100');
      expect(entries.filter((entry: { messageId: string }) => entry.messageId === id)).toHaveLength(
        1,
      );
    });

    it.each([UNKNOWN, 'first', '%00'])('answers 404 to %s and writes no entry', async (id) => {
      const before = await audit();
      expect((await remove(id)).json).toEqual({
        statusCode: 404,
        error: 'Not Found',
        message: 'No such message',
      });
      expect(await audit()).toEqual(before);
    });

    it('refuses a token without sub, because the audit trail names the actor', async () => {
      const { id } = await write('auth0|eve', 'kept');
      const token = api.issuer.mint({ sub: undefined, scope: 'write:admin' });
      expect(await remove(id, token)).toMatchObject({ status: 403, json: { error: 'Forbidden' } });
      expect(await remove(id)).toMatchObject({ status: 204 });
    });
  });

  describe('GET audit', () => {
    it('lists the newest first, page by page', async () => {
      const ids: string[] = [];
      for (const text of ['1', '2', '3']) ids.unshift((await write('auth0|eve', text)).id);
      for (const id of ids.toReversed()) await remove(id);
      const first = await audit('?limit=2');
      const second = await audit(`?limit=1&cursor=${first.nextCursor}`);
      const entries: { messageId: string }[] = [...first.entries, ...second.entries];
      expect(entries.map(({ messageId }) => messageId)).toEqual(ids);
    });

    it.each(['limit=0', 'cursor=abc', 'author=a', 'limit=1&limit=2'])(
      'refuses ?%s',
      async (query) => {
        expect(await api.get(`/api/admin/audit?${query}`, admin)).toMatchObject({ status: 400 });
      },
    );
  });

  it.each([
    ['GET', '/api/admin/messages', 'read:admin'],
    ['DELETE', `/api/admin/messages/${UNKNOWN}`, 'write:admin'],
    ['GET', '/api/admin/audit', 'read:admin'],
  ])('%s %s needs an access token with the scope %s', async (method, path, scope) => {
    expectRefusal(await api.send(method, path), { status: 401 });
    const others = ['read:messages', 'write:messages', 'read:admin', 'write:admin'];
    const token = api.issuer.mint({ scope: others.filter((other) => other !== scope).join(' ') });
    expectRefusal(await api.send(method, path, { token }), {
      status: 403,
      code: 'insufficient_scope',
      scope,
    });
  });
});
