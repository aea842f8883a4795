import { grantedScopes, judge } from '../../public/access.js';

const GRANT_CLAIMS = ['scope', 'scp'];
type Access = Parameters<typeof judge>[0];

const OPEN: Access = { access: 'public', scopes: [], claims: [] };
const OPTIONAL: Access = { access: 'optional', scopes: [], claims: [] };
const TOKEN: Access = { access: 'token', scopes: [], claims: [] };

const scopes = (...required: Access['scopes']): Access => ({ ...TOKEN, scopes: required });
const claims = (...required: Access['claims']): Access => ({ ...TOKEN, claims: required });
const all = (...names: string[]) => ({ scopes: names, match: 'all' as const });
const any = (...names: string[]) => ({ scopes: names, match: 'any' as const });

describe('The browser client says of a request without a token', () => {
  it.each<[string, Access, boolean, string]>([
    ['that a public route is open', OPEN, true, 'Open'],
    ['that a route with an optional token is open', OPTIONAL, true, 'Open'],
    ['that any other needs a token', TOKEN, false, 'Needs a token'],
    ['the same of one that asks for a scope', scopes(all('a')), false, 'Needs a token'],
  ])('%s', (_, access, passes, why) => {
    expect(judge(access, undefined, GRANT_CLAIMS)).toEqual({ passes, why });
  });
});

describe('The browser client says of a request with a token', () => {
  const editor = { claim: 'roles', includes: ['admin', 'editor'] };

  it.each<[Access, object, boolean | undefined, string]>([
    [OPEN, {}, true, 'Open'],
    [OPTIONAL, {}, true, 'Passes'],
    [TOKEN, {}, true, 'Passes'],
    [scopes(all('a')), { scope: 'b a' }, true, 'Passes'],
    [scopes(all('a')), { scp: ['a'] }, true, 'Passes'],
    [scopes(all('a')), { permissions: ['a'] }, false, 'Lacks a'],
    [scopes({ ...all('a'), from: ['permissions'] }), { permissions: ['a'] }, true, 'Passes'],
    [scopes({ ...all('a'), from: ['permissions'] }), { scope: 'a' }, false, 'Lacks a'],
    [scopes(all('a', 'b', 'c')), { scope: 'b' }, false, 'Lacks a and c'],
    [scopes(any('a', 'b')), { scope: 'b' }, true, 'Passes'],
    [scopes(any('a', 'b')), { scope: 'c' }, false, 'Lacks a or b'],
    [scopes(all('a'), all('b')), { scope: 'a' }, false, 'Lacks b'],
    [claims({ claim: 'isAdmin', equals: true }), { isAdmin: true }, true, 'Passes'],
    [
      claims({ claim: 'isAdmin', equals: true }),
      { isAdmin: 'true' },
      false,
      'Fails: isAdmin is true',
    ],
    [claims({ claim: 'tier', equals: null }), { tier: null }, true, 'Passes'],
    [claims({ ...editor, match: 'all' }), { roles: ['editor', 'admin'] }, true, 'Passes'],
    [claims({ ...editor, match: 'all' }), { roles: 'editor admin' }, true, 'Passes'],
    [
      claims({ ...editor, match: 'all' }),
      { roles: ['admin'] },
      false,
      'Fails: roles has admin and editor',
    ],
    [claims({ ...editor, match: 'any' }), { roles: ['admin'] }, true, 'Passes'],
    [claims({ ...editor, match: 'any' }), {}, false, 'Fails: roles has admin or editor'],
    [claims({ claim: ['realm', 'level'], equals: 3 }), { realm: { level: 3 } }, true, 'Passes'],
    [
      claims({ claim: ['realm', 'level'], equals: 3 }),
      { 'realm.level': 3 },
      false,
      'Fails: realm.level is 3',
    ],
    [
      claims({ claim: 'constructor', equals: 'Object' }),
      {},
      false,
      'Fails: constructor is "Object"',
    ],
    [claims({ message: 'Gold only' }), {}, undefined, 'The API decides'],
    [
      claims({ message: 'Gold only' }, { claim: 'isAdmin', equals: true }),
      {},
      false,
      'Fails: isAdmin is true',
    ],
    [{ ...scopes(all('a')), claims: [{ message: 'Gold only' }] }, { scope: 'b' }, false, 'Lacks a'],
  ])('to %j, with %j: %s, %s', (access, token, passes, why) => {
    expect(judge(access, token as Record<string, unknown>, GRANT_CLAIMS)).toEqual({ passes, why });
  });
});

describe('The scopes that it shows', () => {
  it.each<[object, string[]]>([
    [{ scope: 'a b  c a' }, ['a', 'b', 'c']],
    [{ scp: ['a', 'b c', 7] }, ['a', 'b c']],
    [{ scope: 'a', scp: ['b'] }, ['a', 'b']],
    [{ scope: { a: true }, scp: 7 }, []],
    [{}, []],
  ])('of %j are %j', (token, expected) => {
    expect(grantedScopes(token as Record<string, unknown>, GRANT_CLAIMS)).toEqual(expected);
  });
});
