import { type Api, startApi } from '../support/api.js';
import type { Answer } from '../support/http.js';
import { expectRefusal } from '../support/refusal.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Asserts a refusal in Nest's form, without a challenge. */
function expectFault(answer: Answer, statusCode: number, error: string, message: unknown): void {
  expect(answer.headers['www-authenticate']).toBeUndefined();
  expect([answer.status, answer.json]).toEqual([statusCode, { statusCode, error, message }]);
}

const expectBadRequest = (answer: Answer, ...message: string[]) =>
  expectFault(answer, 400, 'Bad Request', message);

describe('/api/messages', () => {
  let api: Api;
  let ann: string;
  let bob: string;

  beforeAll(async () => {
    api = await startApi();
    const scope = 'read:messages write:messages';
    ann = api.issuer.mint({ sub: 'auth0|ann', scope });
    bob = api.issuer.mint({ sub: 'auth0|bob', scope });
  }, 30_000);

  afterAll(() => api.close());

  const post = (json: unknown, token = ann) => api.send('POST', '/api/messages', { token, json });
  const newest = async () => (await api.get('/api/messages?limit=1', ann)).json.messages[0]?.id;

  describe('POST', () => {
    it('stores a message, trimmed, and answers with its Location', async () => {
      const answer = await post({ text: ' Grüße 😀\n' });
      const { id } = answer.json;
      expect([answer.status, answer.headers.location]).toEqual([201, `/api/messages/${id}`]);
      expect(answer.json).toEqual({
        id: expect.stringMatching(UUID_V7),
        text: 'Grüße 😀',
        author: 'auth0|ann',
        createdAt: expect.stringMatching(ISO),
        updatedAt: answer.json.createdAt,
      });
      const found = await api.get(answer.headers.location!, bob);
      expect([found.status, found.json]).toEqual([200, answer.json]);
    });

    it.each([
      ['no text', {}, 'text: must be a string'],
      ['a text that is not a string', { text: 1 }, 'text: must be a string'],
      ['an empty text', { text: ' ' }, 'text: must have 1 to 2000 characters after trimming'],
      [
        'a long text',
        { text: 'a'.repeat(2001) },
        'text: must have 1 to 2000 characters after trimming',
      ],
      ['a NUL', { text: 'a\0b' }, 'text: must not contain NUL or a lone surrogate'],
      ['a lone surrogate', { text: 'a\uD800' }, 'text: must not contain NUL or a lone surrogate'],
      ['a list', [], 'body: must be a JSON object'],
      ['null', null, 'body: must be a JSON object'],
      [
        'a property that the API sets',
        { text: 'a', author: 'auth0|bob' },
        'author: is not a known field',
      ],
      ['the property prototype', { text: 'a', prototype: 1 }, 'prototype: is not a known field'],
      [
        'the property constructor',
        { text: 'a', constructor: 1 },
        'constructor: is not a known field',
      ],
    ])('refuses %s, and stores nothing', async (_, body, message) => {
      const before = await newest();
      expectBadRequest(await post(body), message);
      expect(await newest()).toBe(before);
    });

    it('names all faults at once', async () => {
      expectBadRequest(
        await post({ text: '', id: 1, at: 2 }),
        'text: must have 1 to 2000 characters after trimming',
        'id: is not a known field',
        'at: is not a known field',
      );
    });

    it('names the first 20 faults and counts the others', async () => {
      const flood = Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1]),
      );
      const { status, json } = await post({ text: 'a', ...flood });
      expect([status, json.message.length, json.message.at(-1)]).toEqual([400, 21, 'and 980 more']);
    });

    it.each([
      ['broken JSON', 400, 'application/json', '{"text":'],
      ['an empty body', 400, 'application/json', ''],
      ['the key __proto__', 400, 'application/json', '{"text":"a","__proto__":{"x":1}}'],
      ['a body over 64 KiB', 413, 'application/json', JSON.stringify({ text: 'a'.repeat(65_536) })],
      ['a form', 415, 'application/x-www-form-urlencoded', 'text=a'],
      ['plain text', 415, 'text/plain', 'text'],
    ])('refuses %s with %d, and stores nothing', async (_, status, type, body) => {
      const before = await newest();
      const headers = { 'Content-Type': type };
      const answer = await api.send('POST', '/api/messages', { token: ann, headers, body });
      expect([answer.status, answer.headers['www-authenticate'], answer.json.statusCode]).toEqual([
        status,
        undefined,
        status,
      ]);
      expect(await newest()).toBe(before);
    });

    it.each([
      ['no sub', { sub: undefined }],
      ['a sub that cannot be stored', { sub: 'auth0|\0' }],
      ['a sub that is too long', { sub: 'a'.repeat(256) }],
    ])('refuses a token with %s, because a message has an author', async (_, claims) => {
      const token = api.issuer.mint({ scope: 'write:messages', ...claims });
      const message = 'Writing needs an access token with a sub of 1 to 255 characters';
      expectFault(await post({ text: 'Hello' }, token), 403, 'Forbidden', message);
    });
  });

  describe('GET', () => {
    it('lists the newest first, page by page', async () => {
      const ids: string[] = [];
      for (const text of ['1', '2', '3']) ids.unshift((await post({ text })).json.id);
      const first = await api.get('/api/messages?limit=2', bob);
      expect(first.status).toBe(200);
      expect(Object.keys(first.json)).toEqual(['messages', 'nextCursor']);
      const second = await api.get(`/api/messages?limit=1&cursor=${first.json.nextCursor}`, bob);
      const listed = [...first.json.messages, ...second.json.messages];
      expect(listed.map(({ id }: { id: string }) => id)).toEqual(ids);
    });

    it('has no nextCursor on the last page', async () => {
      let path = '/api/messages?limit=100';
      for (;;) {
        const { json } = await api.get(path, ann);
        if (json.nextCursor === undefined) {
          expect(Object.keys(json)).toEqual(['messages']);
          return;
        }
        path = `/api/messages?limit=100&cursor=${json.nextCursor}`;
      }
    });

    const WHOLE = 'limit: must be a whole number from 1 to 100';
    const CURSOR = 'cursor: must be the nextCursor of the previous page';
    it.each([
      ['limit=0', WHOLE],
      ['limit=101', WHOLE],
      ['limit=1.5', WHOLE],
      ['limit=', WHOLE],
      ['limit=%00', WHOLE],
      ['limit=1&limit=2', 'limit: must be given once'],
      ['cursor=', CURSOR],
      ['cursor=abc', CURSOR],
      [`cursor=${UNKNOWN}0`, CURSOR],
      [`cursor=${'A'.repeat(32)}`, CURSOR],
      ['cursor=a&cursor=b', 'cursor: must be given once'],
      ['author=auth0|ann', 'author: is not a known field'],
      ['limit[]=1', 'limit[]: is not a known field'],
      ['__proto__=1', '__proto__: is not a known field'],
      ['constructor=1', 'constructor: is not a known field'],
    ])('refuses ?%s', async (query, message) => {
      expectBadRequest(await api.get(`/api/messages?${query}`, ann), message);
    });

    it.each([
      ['an unknown id', UNKNOWN],
      ['an id that is not a UUID', 'first'],
      ['a UUID with a character more', `${UNKNOWN}0`],
      ['a NUL', '%00'],
      ['a long id', 'a'.repeat(5000)],
    ])('by id answers 404 to %s', async (_, id) => {
      expectFault(await api.get(`/api/messages/${id}`, ann), 404, 'Not Found', 'No such message');
    });

    it('by id accepts the UUID in capitals and answers in lower case', async () => {
      const { json } = await post({ text: 'Hello' });
      const found = await api.get(`/api/messages/${json.id.toUpperCase()}`, ann);
      expect([found.status, found.json]).toEqual([200, json]);
    });
  });

  describe('PATCH and DELETE', () => {
    it('let the author change and remove a message', async () => {
      const { json } = await post({ text: 'Before' });
      const path = `/api/messages/${json.id}`;
      const patched = await api.send('PATCH', path, { token: ann, json: { text: 'After ' } });
      expect([patched.status, patched.json]).toEqual([
        200,
        { ...json, text: 'After', updatedAt: expect.stringMatching(ISO) },
      ]);
      expect((await api.get(path, ann)).json).toEqual(patched.json);
      expect(await api.send('DELETE', path, { token: ann })).toMatchObject({
        status: 204,
        body: '',
      });
      expectFault(await api.get(path, ann), 404, 'Not Found', 'No such message');
    });

    it('refuse everyone else, without a challenge', async () => {
      const { json } = await post({ text: 'Mine' });
      const path = `/api/messages/${json.id}`;
      const message = 'Only its author may change a message';
      const patched = await api.send('PATCH', path, { token: bob, json: { text: 'Yours' } });
      expectFault(patched, 403, 'Forbidden', message);
      expectFault(await api.send('DELETE', path, { token: bob }), 403, 'Forbidden', message);
      expect((await api.get(path, ann)).json).toEqual(json);
    });

    it.each([UNKNOWN, 'first'])('answer 404 to %s', async (id) => {
      const path = `/api/messages/${id}`;
      const patched = await api.send('PATCH', path, { token: ann, json: { text: 'Hello' } });
      expectFault(patched, 404, 'Not Found', 'No such message');
      const removed = await api.send('DELETE', path, { token: ann });
      expectFault(removed, 404, 'Not Found', 'No such message');
    });

    it('check a changed text like that of a new message', async () => {
      const { json } = await post({ text: 'Hello' });
      const path = `/api/messages/${json.id}`;
      expectBadRequest(
        await api.send('PATCH', path, { token: ann, json: { text: 'a\0', id: UNKNOWN } }),
        'text: must not contain NUL or a lone surrogate',
        'id: is not a known field',
      );
      expect((await api.get(path, ann)).json).toEqual(json);
    });
  });

  it.each([
    ['POST', '', 'write:messages'],
    ['GET', '', 'read:messages'],
    ['GET', `/${UNKNOWN}`, 'read:messages'],
    ['PATCH', `/${UNKNOWN}`, 'write:messages'],
    ['DELETE', `/${UNKNOWN}`, 'write:messages'],
  ])('%s %s needs an access token with the scope %s', async (method, suffix, scope) => {
    const path = `/api/messages${suffix}`;
    const json = method === 'POST' || method === 'PATCH' ? { text: 'Hello' } : undefined;
    expectRefusal(await api.send(method, path, { json }), { status: 401 });
    const others = ['read:messages', 'write:messages', 'read:admin', 'write:admin'];
    const token = api.issuer.mint({ scope: others.filter((other) => other !== scope).join(' ') });
    expectRefusal(await api.send(method, path, { token, json }), {
      status: 403,
      code: 'insufficient_scope',
      scope,
    });
  });
});
