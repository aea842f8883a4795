import { type Api, startApi } from '../support/api.js';
import { expectRefusal } from '../support/refusal.js';

const NOW = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

/** What a person's token says, by the name of the person; `anyone` has nothing but a subject. */
const PEOPLE = {
  anyone: {},
  reader: { scope: 'read:messages' },
  permitted: { permissions: ['read:protected'] },
  scoped: { scope: 'read:protected' },
  follower: { scope: 'read:feed' },
  auditor: { scope: 'read:admin' },
  administrator: { scope: 'read:admin write:admin' },
  editor: { roles: ['editor', 'admin', 'reader'] },
  subscriber: { tier: 'premium' },
  boss: { roles: ['admin'] },
  owner: { isAdmin: true },
  fresh: { auth_time: Math.floor(Date.now() / 1000) },
};
type Person = keyof typeof PEOPLE;

const ENDPOINTS: [path: string, people: Person[], body: object][] = [
  [
    '/api/private',
    ['anyone'],
    {
      message: 'Hello from a protected endpoint! You are authenticated.',
      sub: 'auth0|test',
      timestamp: NOW,
    },
  ],
  ['/api/members-only', ['anyone'], { message: 'Members Only Endpoint' }],
  ['/api/greeting', ['anyone'], { message: 'Hello, auth0|test.', sub: 'auth0|test' }],
  [
    '/api/private-scoped',
    ['reader'],
    {
      message:
        'Hello from a private endpoint! You need to be authenticated and have a scope of ' +
        'read:messages to see this.',
    },
  ],
  ['/api/protected', ['scoped', 'permitted'], { message: 'Protected Endpoint' }],
  ['/api/feed', ['follower', 'auditor', 'administrator'], { feed: [] }],
  ['/api/editor', ['editor'], { message: 'Editor access granted.' }],
  [
    '/api/premium',
    ['subscriber', 'boss', 'editor'],
    { message: 'Premium content access granted.' },
  ],
  ['/api/admin', ['owner'], { message: 'Admin access granted.' }],
  ['/api/admin/edit', ['administrator'], { message: 'Admin editor access granted.' }],
  ['/api/sensitive', ['fresh'], { message: 'Recent login confirmed.' }],
];

const SCOPES = {
  '/api/private-scoped': 'read:messages',
  '/api/protected': 'read:protected',
  '/api/feed': 'read:feed read:admin',
  '/api/admin/edit': 'read:admin write:admin',
};

const CLAIMS = {
  '/api/editor': undefined,
  '/api/premium': 'Premium tier or admin role required',
  '/api/admin': undefined,
};

describe('The quickstart', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi();
  });

  afterAll(() => api.close());

  const getAs = (person: Person, path: string) => api.get(path, api.issuer.mint(PEOPLE[person]));

  describe('is open to everybody at', () => {
    it.each([
      [
        '/api/public',
        { message: 'Hello from a public endpoint! No authentication required.', timestamp: NOW },
      ],
      ['/api/open', { message: 'Open Endpoint' }],
    ])('%s, whatever the token', async (path, body) => {
      for (const token of [undefined, 'nonsense', api.issuer.mint({ exp: 1 }), api.issuer.mint()]) {
        expect(await api.get(path, token)).toMatchObject({ status: 200, json: body });
      }
    });
  });

  describe('greets at /api/greeting', () => {
    it('a guest', async () => {
      const basic = { headers: { Authorization: 'Basic YTpi' } };
      for (const answer of [
        await api.get('/api/greeting'),
        await api.get('/api/greeting', undefined, basic),
      ]) {
        expect({ status: answer.status, body: answer.json }).toEqual({
          status: 200,
          body: { message: 'Hello, guest.' },
        });
      }
    });

    it('a client without a subject as a guest', async () => {
      const { json } = await api.get('/api/greeting', api.issuer.mint({ sub: undefined }));
      expect(json).toEqual({ message: 'Hello, guest.' });
    });

    it('nobody whose token is bad', async () => {
      const token = api.issuer.mint({ exp: 1 });
      expectRefusal(await api.get('/api/greeting', token), { status: 401, code: 'token_expired' });
    });
  });

  it('shows at /api/me all that the token says', async () => {
    const { status, json } = await api.get(
      '/api/me',
      api.issuer.mint({ ...PEOPLE.editor, azp: 'app' }),
    );
    expect(status).toBe(200);
    expect(json).toEqual({
      message: 'You made it to the protected endpoint!',
      user: {
        iss: api.issuer.url,
        aud: api.issuer.audience,
        sub: 'auth0|test',
        iat: expect.any(Number),
        exp: expect.any(Number),
        azp: 'app',
        roles: ['editor', 'admin', 'reader'],
      },
    });
  });

  it('shows at /api/feed the texts of the newest messages', async () => {
    const token = api.issuer.mint({ scope: 'read:feed write:messages' });
    for (const text of ['first', 'second']) {
      await api.send('POST', '/api/messages', { token, json: { text } });
    }
    const { json } = await api.get('/api/feed', token);
    expect(json).toEqual({ feed: ['second', 'first'] });
  });

  describe.each(ENDPOINTS)('has %s', (path, people, body) => {
    it.each(people)('for %s', async (person) => {
      const { status, json } = await getAs(person, path);
      const anyFeed = 'feed' in body ? { feed: expect.any(Array) } : body;
      expect({ status, json }).toEqual({ status: 200, json: anyFeed });
    });
  });

  describe.each(Object.entries(SCOPES))('refuses at %s', (path, scope) => {
    const allowed = ENDPOINTS.find(([other]) => other === path)![1];
    const refused = (Object.keys(PEOPLE) as Person[]).filter((person) => !allowed.includes(person));

    it.each(refused)('%s, naming the scopes in the order written', async (person) => {
      expectRefusal(await getAs(person, path), { status: 403, code: 'insufficient_scope', scope });
    });
  });

  describe.each(Object.entries(CLAIMS))('refuses at %s', (path, description) => {
    const allowed = ENDPOINTS.find(([other]) => other === path)![1];
    const refused = (Object.keys(PEOPLE) as Person[]).filter((person) => !allowed.includes(person));

    it.each(refused)('%s, by the claims', async (person) => {
      expectRefusal(await getAs(person, path), {
        status: 401,
        code: 'claim_requirement',
        ...(description === undefined ? {} : { description }),
      });
    });
  });

  it.each([
    ['/api/admin', { isAdmin: 'true' }],
    ['/api/admin', { isAdmin: 1 }],
    ['/api/premium', { roles: 'admin' }],
    ['/api/premium', { tier: ['premium'] }],
    ['/api/editor', { roles: ['admin'] }],
  ])('takes at %s nothing for what it only resembles: %j', async (path, claims) => {
    const answer = await api.get(path, api.issuer.mint(claims));
    expectRefusal(answer, { status: 401, code: 'claim_requirement' });
  });
});
