import { grantedScopes, judge } from '../../public/access.js';

/** Seconds since 1970. */
const NOW = 1_767_225_600;
const GRANT_CLAIMS = ['scope', 'scp'];
type Access = Parameters<typeof judge>[0];

const OPEN: Access = { access: 'public', scopes: [], claims: [], stepUp: [] };
const OPTIONAL: Access = { access: 'optional', scopes: [], claims: [], stepUp: [] };
const TOKEN: Access = { access: 'token', scopes: [], claims: [], stepUp: [] };

const scopes = (...required: Access['scopes']): Access => ({ ...TOKEN, scopes: required });
const claims = (...required: Access['claims']): Access => ({ ...TOKEN, claims: required });
const stepUp = (required: object): Access => ({
  ...TOKEN,
  stepUp: [{ from: { authTime: 'auth_time', acr: 'acr', amr: ['login', 'amr'] }, ...required }],
});
const all = (...names: string[]) => ({ scopes: names, match: 'all' as const });
const any = (...names: string[]) => ({ scopes: names, match: 'any' as const });

describe('With a token for another audience, the browser client shows', () => {
  it('"For another audience" for a route that has its own', () => {
    const access = { ...TOKEN, audience: 'https://api.example.com/mcp' };
    const judged = (aud: unknown) => judge(access, { aud }, GRANT_CLAIMS).why;
    expect(judged('https://api.example.com')).toBe('For another audience');
    expect(judged(['https://api.example.com/mcp'])).toBe('Passes');
  });
});

describe('Without a token, the browser client shows', () => {
  it.each<[string, string, Access, boolean]>([
    ['Open', 'a public route', OPEN, true],
    ['Open', 'a route with an optional token', OPTIONAL, true],
    ['Needs a token', 'a route that requires a token', TOKEN, false],
    ['Needs a token', 'a route that requires a scope', scopes(all('a')), false],
  ])('"%s" for %s', (why, _, access, passes) => {
    expect(judge(access, undefined, GRANT_CLAIMS)).toEqual({ passes, why });
  });
});

describe('With a token, the browser client shows', () => {
  const editor = { claim: 'roles', includes: ['admin', 'editor'] };

  it.each<[Access, object, boolean | undefined, string]>([
    [OPEN, {}, true, 'Open'],
    [OPTIONAL, {}, true, 'Passes'],
    [TOKEN, {}, true, 'Passes'],
    [scopes(all('a')), { scope: 'b a' }, true, 'Passes'],
    [scopes(all('a')), { scp: ['a'] }, true, 'Passes'],
    [scopes(all('a')), { permissions: ['a'] }, false, 'Missing a'],
    [scopes({ ...all('a'), from: ['permissions'] }), { permissions: ['a'] }, true, 'Passes'],
    [scopes({ ...all('a'), from: ['permissions'] }), { scope: 'a' }, false, 'Missing a'],
    [scopes(all('a', 'b', 'c')), { scope: 'b' }, false, 'Missing a and c'],
    [scopes({ ...all('a'), impliedBy: { a: ['b'] } }), { scope: 'b' }, true, 'Passes'],
    [scopes({ ...all('a'), impliedBy: { a: ['b'] } }), { scope: 'c' }, false, 'Missing a'],
    [scopes(any('a', 'b')), { scope: 'b' }, true, 'Passes'],
    [scopes(any('a', 'b')), { scope: 'c' }, false, 'Missing a or b'],
    [scopes(all('a'), all('b')), { scope: 'a' }, false, 'Missing b'],
    [claims({ claim: 'isAdmin', equals: true }), { isAdmin: true }, true, 'Passes'],
    [
      claims({ claim: 'isAdmin', equals: true }),
      { isAdmin: 'true' },
      false,
      'Not met: isAdmin is true',
    ],
    [claims({ claim: 'tier', equals: null }), { tier: null }, true, 'Passes'],
    [claims({ ...editor, match: 'all' }), { roles: ['editor', 'admin'] }, true, 'Passes'],
    [claims({ ...editor, match: 'all' }), { roles: 'editor admin' }, true, 'Passes'],
    [
      claims({ ...editor, match: 'all' }),
      { roles: ['admin'] },
      false,
      'Not met: roles includes admin and editor',
    ],
    [claims({ ...editor, match: 'any' }), { roles: ['admin'] }, true, 'Passes'],
    [claims({ ...editor, match: 'any' }), {}, false, 'Not met: roles includes admin or editor'],
    [claims({ claim: ['realm', 'level'], equals: 3 }), { realm: { level: 3 } }, true, 'Passes'],
    [
      claims({ claim: ['realm', 'level'], equals: 3 }),
      { 'realm.level': 3 },
      false,
      'Not met: realm.level is 3',
    ],
    [
      claims({ claim: 'constructor', equals: 'Object' }),
      {},
      false,
      'Not met: constructor is "Object"',
    ],
    [claims({ message: 'Gold only' }), {}, undefined, 'The API decides'],
    [
      claims({ message: 'Gold only' }, { claim: 'isAdmin', equals: true }),
      {},
      false,
      'Not met: isAdmin is true',
    ],
    [stepUp({ maxAgeSec: 300 }), { auth_time: NOW - 300 }, true, 'Passes'],
    [
      stepUp({ maxAgeSec: 300 }),
      { auth_time: NOW - 301 },
      false,
      'Needs a login at most 300 seconds old',
    ],
    [stepUp({ maxAgeSec: 300 }), {}, false, 'Needs a login at most 300 seconds old'],
    [stepUp({ acr: ['a', 'b'] }), { acr: 'b' }, true, 'Passes'],
    [stepUp({ acr: ['a', 'b'] }), {}, false, 'Needs a login with acr a or b'],
    [stepUp({ amr: ['mfa'] }), { login: { amr: ['pwd', 'mfa'] } }, true, 'Passes'],
    [stepUp({ amr: ['mfa'] }), { login: { amr: ['pwd'] } }, false, 'Needs a login with amr mfa'],
    [
      { ...scopes(all('a')), claims: [{ message: 'Gold only' }] },
      { scope: 'b' },
      false,
      'Missing a',
    ],
  ])('for a route with %j and a token with %j: passes %j, "%s"', (access, token, passes, why) => {
    const given = token as Record<string, unknown>;
    expect(judge(access, given, GRANT_CLAIMS, NOW)).toEqual({ passes, why });
  });
});

describe('The browser client shows the granted scopes', () => {
  it.each<[object, string[]]>([
    [{ scope: 'a b  c a' }, ['a', 'b', 'c']],
    [{ scp: ['a', 'b c', 7] }, ['a', 'b c']],
    [{ scope: 'a', scp: ['b'] }, ['a', 'b']],
    [{ scope: { a: true }, scp: 7 }, []],
    [{}, []],
  ])('of a token with %j: %j', (token, expected) => {
    expect(grantedScopes(token as Record<string, unknown>, GRANT_CLAIMS)).toEqual(expected);
  });
});
