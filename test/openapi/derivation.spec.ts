import { All, Controller, Delete, Get, Module, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createAdapter } from '../../src/http/adapter.js';
import {
  type AuthOptions,
  check,
  Claim,
  includes,
  includesAny,
  OptionalAuth,
  Public,
  Scopes,
} from '../../src/auth/index.js';
import { createDocument } from '../../src/openapi/document.js';
import type { Document, Operation } from './operations.js';

const AUTH = {
  issuer: 'https://issuer.example.com/',
  audience: ['https://api.example.com'],
  grantClaims: ['scope'],
};

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
  @Claim('roles', includes('x'))
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

/** The operations of an application with these controllers, by their identifiers. */
async function operationsOf(
  controllers: Type[],
  auth: Partial<Pick<AuthOptions, 'claimFailure'>> = {},
): Promise<Record<string, Operation & { description: string; summary: string }>> {
  class AppModule {}
  Module({ controllers })(AppModule);
  const app = await NestFactory.create(AppModule, createAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const config = { auth: { ...AUTH, ...auth }, isAuth0: false };
  const { paths } = createDocument(app, config) as unknown as Document;
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  return Object.fromEntries(
    operations.map((operation) => [operation.operationId, operation]),
  ) as Record<string, Operation & { description: string; summary: string }>;
}

describe('The document of a controller', () => {
  it('has every way to meet requirements that leave a choice, with those of the controller', async () => {
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
      'Needs an access token with one scope of `a` or `b`, and one scope of `b` or `c`, and the scope `use:things`.',
    );
  });

  it('has claims with their paths, values and messages', async () => {
    const { Things_nested_0: nested, Things_nested_1: other } = await operationsOf([
      ThingsController,
    ]);
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
      'Needs an access token with the scope `use:things`. The claim `realm.roles` must contain `"admin"` or `7`. ' +
        'The claim `a.b` must be `null`.',
    );
    expect(other!['x-access']).toEqual(nested!['x-access']);
  });

  it('has of a function no more than that there is one', async () => {
    const { Things_checked: checked } = await operationsOf([ThingsController]);
    expect(checked!['x-access'].claims).toEqual([
      { claim: 'roles', includes: ['x'], match: 'all' },
      {},
    ]);
    expect(checked!.description).toMatch(/ The API judges the claims of the token\.$/);
  });

  it('has what a method opens', async () => {
    const { Things_open: open, Either_get: either } = await operationsOf([
      ThingsController,
      EitherController,
    ]);
    expect(open!.security).toEqual([]);
    expect(Object.keys(open!.responses)).toEqual(['200']);
    expect(either!.security).toEqual([{}, { issuer: [] }]);
    expect(Object.keys(either!.responses)).toEqual(['200', '400', '401', '503']);
  });

  it('has a 403 for claims where the option makes it one', async () => {
    @Controller('claims')
    class ClaimsController {
      @Get()
      @Claim('a', 1)
      get() {}
    }
    const { Claims_get: usual } = await operationsOf([ClaimsController]);
    expect(usual!.responses).not.toHaveProperty('403');
    const { Claims_get: other } = await operationsOf([ClaimsController], {
      claimFailure: 'insufficient_scope',
    });
    expect(other!.responses).toHaveProperty('403');
  });

  it('has a handler of every method under each of them', async () => {
    const operations = await operationsOf([ThingsController]);
    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
      expect(operations[`Things_every_${method}`]).toMatchObject({
        summary: 'every',
        security: [{ issuer: ['use:things'] }],
      });
    }
  });

  it('cannot tell two controllers of one name apart, and says so', async () => {
    @Controller('twin')
    class Twin {
      @Get()
      any() {}
    }
    Object.defineProperty(Twin, 'name', { value: ThingsController.name });
    await expect(operationsOf([ThingsController, Twin])).rejects.toThrow(
      'Two controllers are called ThingsController: rename one of them.',
    );
  });
});
