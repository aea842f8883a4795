import { Controller, Delete, Get, Patch, Post, Put } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import {
  accessMap,
  accessWarnings,
  AuthModule,
  check,
  Claim,
  formatAccessMap,
  includes,
  includesAny,
  OptionalAuth,
  Permissions,
  Public,
  Scopes,
} from '../../../src/auth/index.js';
import { questionable } from '../../../src/auth/access-map/access-warnings.js';
import type { ClaimRequirement, RouteAccess } from '../../../src/auth/index.js';

const route = (given: Partial<RouteAccess>): RouteAccess => ({
  method: 'GET',
  path: '/a',
  access: 'token',
  scopes: [],
  claims: [],
  stepUp: [],
  ...given,
});

const withScopes = (...lists: string[][]) =>
  lists.map((scopes, index) =>
    route({ path: `/${index}`, scopes: [{ scopes, match: 'all' }], handler: `C.m${index}` }),
  );

const withClaims = (...claims: ClaimRequirement[]) => [route({ claims, handler: 'C.m' })];

describe('A warning', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is given for a public %s', (method) => {
    const open = route({ method, access: 'public', handler: 'C.m' });
    const unnamed = route({ method, access: 'public', path: '/b' });
    expect(questionable([open, unnamed, route({ method })])).toEqual([
      `Public routes that write, which anyone can call: ${method} /a (C.m), ${method} /b. If that is ` +
        'intended, give @Public() a reason.',
    ]);
  });

  it('is not given for routes that only read, need a token or have a reason', () => {
    const routes = [
      route({ method: 'POST', access: 'public', reason: 'a webhook with a signature' }),
      route({ access: 'public' }),
      route({ method: 'POST', access: 'optional' }),
      route({ method: 'POST', access: 'raw', reason: 'A reason' }),
      route({ method: 'POST', access: 'public', reason: 'A reason' }),
    ];
    expect(questionable(routes)).toEqual([]);
  });

  it.each([
    ['another letter', 'read:massages'],
    ['a letter too few', 'read:message'],
    ['a letter too many', 'read:messaages'],
    ['two letters swapped', 'raed:messages'],
  ])('is given for a scope of one route with %s', (_, scope) => {
    const routes = withScopes(['read:messages'], ['read:messages'], [scope, 'other:scope']);
    expect(questionable(routes)).toEqual([
      `Only GET /2 (C.m2) needs the scope ${scope}: is read:messages meant?`,
    ]);
  });

  it.each([
    ['two routes have', [['read:items'], ['read:items'], ['read:item'], ['read:item']]],
    ['differ by a digit', [['level:1'], ['level:2']]],
    ['differ by more than one letter', [['read:feed'], ['read:food']]],
    ['are names of their own', [['read:admin'], ['write:admin'], ['read:messages']]],
  ])('is not given for scopes that %s', (_, scopes) => {
    expect(questionable(withScopes(...scopes))).toEqual([]);
  });

  it('names two similar scopes of one route each only once', () => {
    expect(questionable(withScopes(['read:item'], ['read:items']))).toHaveLength(1);
  });

  it.each<[string, ClaimRequirement[]]>([
    [
      'two values',
      [
        { claim: 'tier', expected: 'a' },
        { claim: 'tier', expected: 'b' },
      ],
    ],
    [
      'a value that lacks another',
      [
        { claim: 'tier', expected: 'a b' },
        { claim: 'tier', expected: includes('b', 'c') },
      ],
    ],
    ['a number that JSON does not have', [{ claim: 'tier', expected: NaN }]],
    [
      'two values at one path',
      [
        { claim: ['a', 'tier'], expected: 1 },
        { claim: ['a', 'tier'], expected: '1' },
      ],
    ],
  ])('is given for a claim that must have %s', (_, claims) => {
    const name = [claims[0]!.claim].flat().join('.');
    expect(questionable(withClaims(...claims))).toEqual([
      `No token can call GET /a (C.m): no value of the claim ${name} passes.`,
    ]);
  });

  it.each<[string, ClaimRequirement[]]>([
    [
      'other claims',
      [
        { claim: 'a', expected: 1 },
        { claim: 'b', expected: 2 },
      ],
    ],
    [
      'the same value twice',
      [
        { claim: 'a', expected: 1 },
        { claim: 'a', expected: 1 },
      ],
    ],
    [
      'a value that includes the other',
      [
        { claim: 'a', expected: 'x y' },
        { claim: 'a', expected: includesAny('y', 'z') },
      ],
    ],
    [
      'two lists',
      [
        { claim: 'a', expected: includes('x') },
        { claim: 'a', expected: includes('y') },
      ],
    ],
    ['a function', [{ claim: 'a', expected: 1 }, { expected: check(() => false) }]],
    [
      'a path and a name with a dot',
      [
        { claim: ['a', 'b'], expected: 1 },
        { claim: 'a.b', expected: 2 },
      ],
    ],
  ])('is not given for %s', (_, claims) => {
    expect(questionable(withClaims(...claims))).toEqual([]);
  });
});

abstract class Five {
  @Get('1') one() {}
  @Get('2') two() {}
  @Get('3') three() {}
  @Get('4') four() {}
  @Get('5') five() {}
}

@Controller('open')
@Public()
class OpenController extends Five {}

@Controller('partly')
@Public()
class PartlyController extends Five {
  @Get('5')
  @Scopes('read:five')
  override five() {}
}

@Controller('marked')
class MarkedController {
  @Public() @Get('1') one() {}
  @Public() @Get('2') two() {}
  @Public() @Get('3') three() {}
  @Public() @Get('4') four() {}
  @Public() @Get('5') five() {}
}

@Controller('all')
class AllController {
  @Get('none')
  none() {}

  @Public()
  @Post('public')
  public() {}

  @OptionalAuth()
  @Get('optional')
  optional() {}

  @Put('scopes')
  @Scopes('read:a', 'read:b')
  @Scopes(['read:c', 'read:d'], { match: 'any' })
  @Permissions('read:e')
  scopes() {}

  @Patch('claims')
  @Claim('isAdmin', true)
  @Claim(['realm_access', 'roles'], includes('a', 'b'))
  @Claim('tier', includesAny('x', 1))
  claims() {}

  @Delete('check')
  @Claim(check(() => true), { message: 'Premium tier required' })
  @Claim(check(() => true))
  check() {}
}

const withControllers = async (controllers: (new () => object)[]) => {
  const auth = AuthModule.forRoot({
    issuer: 'http://127.0.0.1:9/',
    audience: 'a',
    rawRoutes: { 'GET /docs/*': 'API reference | for everyone' },
  });
  class AppModule {}
  const module = { module: AppModule, imports: [auth], controllers };
  const app = await NestFactory.create(module, new ExpressAdapter(), { logger: false });
  app.getHttpAdapter().get('/docs/:file', () => {});
  return app.init();
};

it('@Public() on a controller with five public routes is questioned, on methods it is not', async () => {
  const app = await withControllers([OpenController, PartlyController, MarkedController]);
  expect(accessWarnings(app)).toEqual([
    '@Public() on OpenController opens 5 routes or more, and each that is added: put it on the ' +
      'methods.',
  ]);
  await app.close();
});

describe('formatAccessMap()', () => {
  let map: RouteAccess[];

  beforeAll(async () => {
    const app = await withControllers([AllController]);
    map = accessMap(app);
    await app.close();
  });

  it('writes one line a route, which do not depend on each other', () => {
    expect(formatAccessMap(map, 'lines')).toBe(`\
DELETE /all/check | token, check: Premium tier required, check | AllController.check
PATCH /all/claims | token, isAdmin = true, realm_access.roles includes "a" and "b", \
tier includes "x" or 1 | AllController.claims
GET /all/none | token | AllController.none
GET /all/optional | optional | AllController.optional
POST /all/public | public | AllController.public
PUT /all/scopes | token, read:a and read:b, read:c or read:d, read:e (in permissions) | \
AllController.scopes
GET /docs/:file | raw: API reference | for everyone
`);
    for (const each of map)
      expect(formatAccessMap(map, 'lines')).toContain(formatAccessMap([each], 'lines'));
  });

  it('aligns the columns of a table', () => {
    const lines = formatAccessMap(map, 'table').split('\n');
    expect(lines[2]).toMatch(/^GET {5}\/all\/none {6}token +AllController\.none$/);
    expect(new Set(lines.slice(0, 6).map((line) => line.indexOf('AllController'))).size).toBe(1);
  });

  it('escapes what would end a cell of Markdown', () => {
    const lines = formatAccessMap(map, 'markdown').split('\n');
    expect(lines.slice(0, 2)).toEqual(['| route | needs | handler |', '|---|---|---|']);
    expect(lines).toContain('| `GET /all/none` | token | AllController.none |');
    expect(lines).toContain('| `GET /docs/:file` | raw: API reference \\| for everyone |  |');
  });

  it('describes requirements as JSON', () => {
    const rows = JSON.parse(formatAccessMap(map, 'json')) as object[];
    expect(rows[0]).toEqual({
      method: 'DELETE',
      path: '/all/check',
      access: 'token',
      scopes: [],
      claims: [{ message: 'Premium tier required' }, {}],
      stepUp: [],
      handler: 'AllController.check',
    });
    expect(rows[1]).toMatchObject({
      claims: [
        { claim: 'isAdmin', equals: true },
        { claim: ['realm_access', 'roles'], includes: ['a', 'b'], match: 'all' },
        { claim: 'tier', includes: ['x', 1], match: 'any' },
      ],
    });
    expect(rows.at(-1)).toMatchObject({ access: 'raw', reason: 'API reference | for everyone' });
  });

  it('refuses another format', () => {
    expect(() => formatAccessMap(map, 'yaml' as 'json')).toThrow(TypeError);
  });

  it('writes an empty map, and a raw route without a reason', () => {
    expect(formatAccessMap([route({ access: 'raw' })], 'lines')).toBe('GET /a | raw\n');
    expect(formatAccessMap([], 'table')).toBe('');
    expect(formatAccessMap([], 'json')).toBe('[]\n');
  });
});
