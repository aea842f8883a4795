import { All, Controller, Delete, Get, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type AuthOptions,
  ResolvedAuthOptions,
  AuthModule,
  check,
  Claim,
  includes,
  includesAny,
  OptionalAuth,
  Public,
  Scopes,
} from '../../src/auth/index.js';
import { createAdapter } from '../../src/http/adapter.js';
import { createDocument, type DocumentOptions } from '../../src/openapi/document.js';
import { Operation } from '../../src/openapi/operation.decorator.js';
import type { Document } from './operations.js';

const ISSUER = 'https://issuer.example.com/';

@Controller('things')
@Scopes('use:things')
class ThingsController {
  @Get()
  @Scopes(['a', 'b'], { match: 'any' })
  @Scopes(['b', 'c'], { match: 'any', message: 'One of b and c' })
  any() {}

  @Post(['one', 'two'])
  @Claim(['realm', 'roles'], includesAny('admin', 7), { message: 'Administrators only' })
  @Claim('a.b', null)
  nested() {}

  @Delete()
  @Claim('roles', includes('x', 'y', 'z'))
  @Claim(check(() => true))
  checked() {}

  @Get('open')
  @Public()
  open() {}

  @All('every')
  every() {}
}

@Controller('either')
@OptionalAuth()
class EitherController {
  @Get()
  get() {}
}

@Controller('claims')
class ClaimsController {
  @Get()
  @Claim('a', 1)
  get() {}
}

abstract class ListController {
  @Get()
  list() {}
}

interface Given extends Partial<Omit<DocumentOptions, 'auth'>> {
  auth?: Partial<AuthOptions>;
}

/** The document of an application with these controllers. */
async function documentOf(controllers: Type[], { auth, ...options }: Given = {}) {
  class AppModule {}
  const authOptions = { issuer: ISSUER, audience: 'https://api.example.com', ...auth };
  const imports = [AuthModule.forRoot(authOptions as AuthOptions)];
  const app = await NestFactory.create(
    { module: AppModule, imports, controllers },
    createAdapter({ trustedProxies: [] }),
    { logger: false, abortOnError: false },
  );
  const defaults = { issuer: ISSUER, isAuth0: false, isLimited: false };
  try {
    const resolved = app.get<ResolvedAuthOptions>(ResolvedAuthOptions);
    const document = createDocument(app, { ...defaults, auth: resolved, ...options });
    return document as unknown as Document;
  } finally {
    await app.close();
  }
}

/** The operations of the same, by `operationId`. */
async function operationsOf(controllers: Type[], options: Given = {}) {
  const { paths } = await documentOf(controllers, options);
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  return Object.fromEntries(operations.map((operation) => [operation.operationId, operation]));
}

describe('The document of a controller', () => {
  it('lists 429 for every operation but the health checks when requests are limited', async () => {
    @Controller('health')
    class HealthController {
      @Get('live')
      @Operation('Tell whether the process answers')
      live() {}
    }
    const controllers = [ThingsController, HealthController];
    const limited = await documentOf(controllers, { isLimited: true });
    const operations = Object.entries(limited.paths).flatMap(([path, item]) =>
      Object.values(item).map(({ responses }) => [path, responses['429']]),
    );
    const reference = { $ref: '#/components/responses/TooManyRequests' };
    expect(operations).toContainEqual(['/health/live', undefined]);
    expect(operations.filter(([path]) => path !== '/health/live')).toEqual(
      operations.slice(0, -1).map(([path]) => [path, reference]),
    );
    expect(limited.components.responses.TooManyRequests).toMatchObject({
      headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
    });
    expect(JSON.stringify(await documentOf(controllers))).not.toContain('429');
  });

  it('has the scheme DPoP, its refusals and its nonce where it is accepted', async () => {
    const given = (mode: 'off' | 'allowed' | 'required') =>
      documentOf([ThingsController], {
        auth: { publicUrl: 'https://api.example.com', dpop: { mode } },
      });
    const schemesOf = ({ paths }: Document) => [
      ...new Set(
        Object.values(paths)
          .flatMap((item) => Object.values(item))
          .flatMap(({ security }) => security.flatMap((alternative) => Object.keys(alternative))),
      ),
    ];
    const allowed = await given('allowed');
    expect(schemesOf(allowed)).toEqual(['issuer', 'dpop']);
    expect(allowed.components).toMatchObject({
      securitySchemes: { dpop: { type: 'http', scheme: 'dpop' } },
      headers: { 'DPoP-Nonce': {} },
      schemas: { InvalidDpopProof: {}, DpopNonceRequired: {} },
    });
    expect(schemesOf(await given('required'))).toEqual(['dpop']);
    expect(JSON.stringify(await given('off'))).not.toMatch(/"dpop|DPoP-Nonce|InvalidDpop/);
  });

  it('lists every sufficient combination of scopes, with those of the controller', async () => {
    const { Things_any: any } = await operationsOf([ThingsController]);
    expect(any!.security).toEqual([
      { issuer: ['a', 'b', 'use:things'] },
      { issuer: ['a', 'c', 'use:things'] },
      { issuer: ['b', 'use:things'] },
      { issuer: ['b', 'c', 'use:things'] },
    ]);
    expect(any!['x-access'].scopes).toEqual([
      { scopes: ['a', 'b'], match: 'any' },
      { scopes: ['b', 'c'], match: 'any', message: 'One of b and c' },
      { scopes: ['use:things'], match: 'all' },
    ]);
    expect(any!.description).toBe(
      'Requires an access token with one scope of `a` or `b`, and one scope of `b` or `c`, ' +
        'and the scope `use:things`.',
    );
  });

  it('lists the broader scopes that suffice as well', async () => {
    const impliedScopes = { admin: ['a', 'b'], root: ['admin'] };
    const { Things_any: any } = await operationsOf([ThingsController], { auth: { impliedScopes } });
    expect(any!.security).toContainEqual({ issuer: ['root', 'use:things'] });
    const impliedBy = any!['x-access'].scopes.map((requirement) => requirement.impliedBy?.b);
    expect(impliedBy).toContainEqual(['admin', 'root']);
  });

  it('describes claims with their paths, values and messages', async () => {
    const operations = await operationsOf([ThingsController]);
    const { Things_nested_0: nested, Things_nested_1: other } = operations;
    expect(nested!['x-access'].claims).toEqual([
      {
        claim: ['realm', 'roles'],
        includes: ['admin', 7],
        match: 'any',
        message: 'Administrators only',
      },
      { claim: 'a.b', equals: null },
    ]);
    expect(nested!.description).toBe(
      'Requires an access token with the scope `use:things`. ' +
        'The claim `realm.roles` must contain `"admin"` or `7`. The claim `a.b` must be `null`.',
    );
    expect(other!['x-access']).toEqual(nested!['x-access']);
  });

  it('does not describe what a check() function decides', async () => {
    const { Things_checked: checked } = await operationsOf([ThingsController]);
    expect(checked!['x-access'].claims).toEqual([
      { claim: 'roles', includes: ['x', 'y', 'z'], match: 'all' },
      {},
    ]);
    expect(checked!.description).toBe(
      'Requires an access token with the scope `use:things`. ' +
        'The claim `roles` must contain `"x"`, `"y"` and `"z"`. ' +
        'The API checks the claims of the token.',
    );
  });

  it('distinguishes public operations from operations with an optional token', async () => {
    const operations = await operationsOf([ThingsController, EitherController]);
    const { Things_open: open, Either_get: either } = operations;
    expect(open!.security).toEqual([]);
    expect(Object.keys(open!.responses)).toEqual(['200']);
    expect(either!.security).toEqual([{}, { issuer: [] }]);
    expect(Object.keys(either!.responses)).toEqual(['200', '400', '401', '503']);
  });

  it('describes an @All() handler under every method', async () => {
    const operations = await operationsOf([ThingsController]);
    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
      expect(operations[`Things_every_${method}`]).toMatchObject({
        summary: 'Every things',
        security: [{ issuer: ['use:things'] }],
      });
    }
  });
});

describe('Several applications in one process', () => {
  it('each have a 403 for claims only where claimFailure is insufficient_scope', async () => {
    for (const claimFailure of ['invalid_token', 'insufficient_scope', 'invalid_token'] as const) {
      const { Claims_get: operation } = await operationsOf([ClaimsController], {
        auth: { claimFailure },
      });
      const statuses = ['200', '400', '401', '503'];
      if (claimFailure === 'insufficient_scope') statuses.push('403');
      expect(Object.keys(operation!.responses)).toEqual(statuses.toSorted());
    }
  });

  it('have the same document when they have the same controllers', async () => {
    const first = await documentOf([ThingsController, EitherController]);
    expect(await documentOf([ThingsController, EitherController])).toEqual(first);
  });
});

describe('A handler that two controllers inherit', () => {
  @Controller('first')
  @Scopes('read:lists')
  class FirstController extends ListController {}

  it('is described in both when their access rules are equal', async () => {
    @Controller('second')
    @Scopes('read:lists')
    class SecondController extends ListController {}
    const operations = await operationsOf([FirstController, SecondController]);
    for (const id of ['First_list', 'Second_list']) {
      expect(operations[id]).toMatchObject({ security: [{ issuer: ['read:lists'] }] });
    }
  });

  it('is an error when their access rules differ, because it has one description', async () => {
    @Controller('second')
    @Public()
    class SecondController extends ListController {}
    await expect(documentOf([FirstController, SecondController])).rejects.toThrow(
      'SecondController inherits list() with an access rule that differs from the rule in ' +
        'another controller. Override list() in SecondController.',
    );
  });
});

describe('The security scheme', () => {
  const description = (issuer: string) =>
    `Access tokens of ${issuer}: authorization code flow with PKCE.`;

  it('has the endpoints of an Auth0 tenant, and the scopes with their uses', async () => {
    const issuer = 'https://tenant.example.com/';
    const { components } = await documentOf([ThingsController], { issuer, isAuth0: true });
    expect(components.securitySchemes).toEqual({
      issuer: {
        type: 'oauth2',
        description: description(issuer),
        flows: {
          authorizationCode: {
            authorizationUrl: 'https://tenant.example.com/authorize',
            tokenUrl: 'https://tenant.example.com/oauth/token',
            scopes: {
              a: 'Used to any things.',
              b: 'Used to any things.',
              c: 'Used to any things.',
              'use:things': 'Used to any things, nested things, checked things and every things.',
            },
          },
        },
      },
    });
  });

  it.each(['https://idp.example.com', 'https://idp.example.com/'])(
    'names the discovery document of another issuer: %s',
    async (issuer) => {
      const { components } = await documentOf([ThingsController], { issuer });
      expect(components.securitySchemes).toEqual({
        issuer: {
          type: 'openIdConnect',
          description: description(issuer),
          openIdConnectUrl: 'https://idp.example.com/.well-known/openid-configuration',
        },
      });
    },
  );
});
