import { decoratorsOf } from '../../public/decorators.js';
import { samplePeople } from '../../public/people.js';

const from = { authTime: 'auth_time', acr: 'acr', amr: 'amr' };

type Access = Parameters<typeof decoratorsOf>[0];

const TOKEN: Access = { access: 'token', scopes: [], claims: [], stepUp: [] };
const scopes = (...required: Access['scopes']): Access => ({ ...TOKEN, scopes: required });
const claims = (...required: Access['claims']): Access => ({ ...TOKEN, claims: required });

describe('The access map writes the decorators of a route', () => {
  it.each<[string[], Access]>([
    [['@Public()'], { ...TOKEN, access: 'public' }],
    [['@OptionalAuth()'], { ...TOKEN, access: 'optional' }],
    [[], TOKEN],
    [["@Scopes('a')"], scopes({ scopes: ['a'], match: 'all' })],
    [["@Scopes('a', 'b')"], scopes({ scopes: ['a', 'b'], match: 'all' })],
    [["@Scopes(['a', 'b'], { match: 'any' })"], scopes({ scopes: ['a', 'b'], match: 'any' })],
    [
      ["@Scopes('a', { from: ['scope', 'permissions'] })"],
      scopes({ scopes: ['a'], match: 'all', from: ['scope', 'permissions'] }),
    ],
    [
      ["@Permissions(['a', 'b'], { match: 'any' })"],
      scopes({ scopes: ['a', 'b'], match: 'any', from: ['permissions'] }),
    ],
    [
      ["@Scopes('a')", "@Claim('isAdmin', true)"],
      { ...scopes({ scopes: ['a'], match: 'all' }), claims: [{ claim: 'isAdmin', equals: true }] },
    ],
    [
      ["@Claim('roles', includes('admin', 'editor'))"],
      claims({ claim: 'roles', includes: ['admin', 'editor'], match: 'all' }),
    ],
    [
      ["@Claim(['realm_access', 'roles'], includesAny('admin', 7))"],
      claims({ claim: ['realm_access', 'roles'], includes: ['admin', 7], match: 'any' }),
    ],
    [[String.raw`@Claim('it\'s', 'a\\b')`], claims({ claim: "it's", equals: String.raw`a\b` })],
    [['@Claim(check(…))'], claims({ message: 'Gold only' })],
    [
      ["@StepUp({ maxAgeSec: 300, acr: ['gold'] })"],
      { ...TOKEN, stepUp: [{ maxAgeSec: 300, acr: ['gold'], from }] },
    ],
  ])('%j for %j', (decorators, access) => {
    expect(decoratorsOf(access)).toEqual(decorators);
  });
});

describe('Without the demo, the people of the access map', () => {
  it('are examples: what begins with read:, all but :admin, and everything', () => {
    const rules = [
      scopes({ scopes: ['read:messages'], match: 'all' }),
      scopes({ scopes: ['write:messages', 'write:admin'], match: 'any' }),
      scopes({ scopes: ['read:admin'], match: 'all', from: ['permissions'] }),
      claims({ claim: 'isAdmin', equals: true }, { message: 'Gold only' }),
      claims({ claim: ['realm', 'roles'], includes: ['admin'] }),
      claims({ claim: ['realm', 'roles'], includes: ['editor'] }),
    ];
    const all = ['read:messages', 'write:messages', 'write:admin', 'read:admin'];
    expect(samplePeople(rules, ['scope'])).toEqual([
      {
        username: 'reader',
        claims: { scope: ['read:messages'], permissions: ['read:messages'] },
      },
      {
        username: 'writer',
        claims: {
          scope: ['read:messages', 'write:messages'],
          permissions: ['read:messages', 'write:messages'],
        },
      },
      {
        username: 'admin',
        claims: {
          scope: all,
          permissions: all,
          isAdmin: true,
          realm: { roles: ['admin', 'editor'] },
        },
      },
    ]);
  });
});
