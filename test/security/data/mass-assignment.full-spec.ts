import { type Api, startApi } from '../../support/api.js';

const OTHER_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const LONG_AGO = '2001-01-01T00:00:00.000Z';

/** Properties that the API sets itself, or that a client may hope exist. */
const FOREIGN = {
  id: OTHER_ID,
  author: 'auth0|bob',
  sub: 'auth0|bob',
  createdAt: LONG_AGO,
  updatedAt: LONG_AGO,
  created_at: LONG_AGO,
  isAdmin: true,
  scope: 'write:admin',
  Text: 'Another',
  'text ': 'Another',
  'text[]': 'Another',
};

describe('A property that a client must not set', () => {
  let api: Api;
  let token: string;

  beforeAll(async () => {
    api = await startApi();
    token = api.issuer.mint({ sub: 'auth0|ann', scope: 'read:messages write:messages' });
  });

  afterAll(() => api.close());

  const send = (method: string, path: string, body: string) =>
    api.send(method, path, { token, body, headers: { 'Content-Type': 'application/json' } });
  const post = (body: string, query = '') => send('POST', `/api/messages${query}`, body);
  const count = async () => (await api.get('/api/messages?limit=100', token)).json.messages.length;

  const faultOf = (name: string) => ({
    status: 400,
    json: { statusCode: 400, error: 'Bad Request', message: [`${name}: is not a known field`] },
  });

  it.each(Object.entries(FOREIGN))(
    '%j is refused in POST, and nothing is stored',
    async (name, value) => {
      const before = await count();
      expect(await post(JSON.stringify({ text: 'Mine', [name]: value }))).toMatchObject(
        faultOf(name),
      );
      expect(await count()).toBe(before);
    },
  );

  it.each(Object.entries(FOREIGN))(
    '%j is refused in PATCH, and nothing is changed',
    async (name, value) => {
      const { json: message, headers } = await post('{"text":"Mine"}');
      const path = headers.location!;
      const body = JSON.stringify({ text: 'Changed', [name]: value });
      expect(await send('PATCH', path, body)).toMatchObject(faultOf(name));
      expect((await api.get(path, token)).json).toEqual(message);
    },
  );

  it('is also refused when its name is written with escapes', async () => {
    const body = String.raw`{"text":"Mine","\u0061uthor":"auth0|bob"}`;
    expect(await post(body)).toMatchObject(faultOf('author'));
  });

  it.each(['query', 'header'])('is not read from a %s', async (where) => {
    const query = where === 'query' ? `?author=bob&id=${OTHER_ID}&text=Another` : '';
    const headers: Record<string, string> =
      where === 'header' ? { author: 'bob', id: OTHER_ID } : {};
    const answer = await api.send('POST', `/api/messages${query}`, {
      token,
      headers,
      json: { text: 'Mine' },
    });
    expect(answer).toMatchObject({ status: 201, json: { author: 'auth0|ann', text: 'Mine' } });
    expect(answer.json.id).not.toBe(OTHER_ID);
  });

  it('is not accepted in the last of two texts, the one that counts', async () => {
    expect(await post('{"text":"First","text":"Last"}')).toMatchObject({ json: { text: 'Last' } });
    expect((await post('{"text":"First","text":{"author":"auth0|bob"}}')).status).toBe(400);
  });

  it.each([
    '{"text":"Mine","__proto__":{"polluted":true}}',
    String.raw`{"text":"Mine","\u005f_proto__":{"polluted":true}}`,
    '{"__proto__":{"text":"Mine"}}',
    '{"text":"Mine","constructor":{"prototype":{"polluted":true}}}',
    '{"text":{"__proto__":{"polluted":true}}}',
    '[{"text":"Mine","__proto__":{"polluted":true}}]',
  ])('changes no prototype: %s', async (body) => {
    const before = await count();
    expect((await post(body)).status).toBe(400);
    expect(await count()).toBe(before);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it.each([
    '__proto__[limit]=1',
    '__proto__.limit=1',
    'constructor[prototype][limit]=1',
    '__proto__=1',
  ])('changes no prototype from the query: %s', async (query) => {
    expect((await api.get(`/api/messages?${query}`, token)).status).toBe(400);
    expect(Object.prototype).not.toHaveProperty('limit');
  });
});
