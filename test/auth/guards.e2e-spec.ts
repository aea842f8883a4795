import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  type INestApplication,
  Req,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import type passport from 'passport';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessTokenGuard, AuthError } from '../../src/auth/index.js';
import { ClaimsGuard } from '../../src/auth/guards/claims.guard.js';
import { ScopesGuard } from '../../src/auth/guards/scopes.guard.js';
import { AccessTokenStrategy } from '../../src/auth/access-token.strategy.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { type ExpectedRefusal, expectRefusal } from '../support/refusal.js';
import { lacksScope, REFUSED } from './cases/case.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from './support/fixture.js';
import { CONTROLLERS } from './support/routes.controller.js';

const PATH = '/routes/closed';

/** Answers every exception with a body of its own, as applications do. */
@Catch()
class CatchAllFilter implements ExceptionFilter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), { own: true }, status);
  }
}

@Catch(AuthError)
class AuthErrorFilter implements ExceptionFilter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: AuthError, host: ArgumentsHost): void {
    const { error: name, code, challenge } = error;
    const status = error.getStatus();
    const body = { status, name, code, challenge };
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), body, status);
  }
}

@Controller('traces')
class TracesController {
  @Get()
  traces(@Req() request: object) {
    const names = ['login', 'logIn', 'logout', 'isAuthenticated', 'authInfo', '_sessionManager'];
    return names.filter((name) => name in request);
  }
}

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

describe.each(ADAPTERS)('the guards on %s', (adapter) => {
  let fixture: Fixture;

  afterEach(() => fixture.close());

  async function start(options: Partial<FixtureOptions> = {}): Promise<void> {
    const controllers = [...CONTROLLERS, TracesController];
    fixture = await startFixture({ adapter, issuer, controllers, ...options });
  }

  it.each<[string, Partial<FixtureOptions>]>([
    ['APP_FILTER', { providers: [{ provide: APP_FILTER, useClass: CatchAllFilter }] }],
    [
      'useGlobalFilters()',
      { setup: (app) => app.useGlobalFilters(new CatchAllFilter(app.get(HttpAdapterHost))) },
    ],
  ])('keep the headers of a refusal under a catch-all filter by %s', async (_, options) => {
    await start(options);
    const answer = await fixture.get(PATH, issuer.mint({ exp: 1 }));
    expect(answer).toMatchObject({ status: 401, json: { own: true } });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'www-authenticate':
        'Bearer error="invalid_token", error_description="The access token has expired."',
    });
    const bare = await fixture.get(PATH);
    expect(bare).toMatchObject({ status: 401, json: { own: true } });
    expect(bare.headers).toMatchObject({ 'www-authenticate': 'Bearer' });
  });

  it('throw errors that a filter catches with @Catch(AuthError)', async () => {
    await start({ providers: [{ provide: APP_FILTER, useClass: AuthErrorFilter }] });
    const description = 'The access token lacks a required scope.';
    expect((await fixture.get('/routes/scope', issuer.mint())).json).toEqual({
      status: 403,
      name: 'insufficient_scope',
      code: 'insufficient_scope',
      challenge:
        `Bearer error="insufficient_scope", error_description="${description}", ` +
        'scope="read:messages"',
    });
    expect((await fixture.get(PATH)).json).toEqual({ status: 401, challenge: 'Bearer' });
  });

  it('can be overridden in a test', async () => {
    await start({
      override: (builder) =>
        [AccessTokenGuard, ScopesGuard, ClaimsGuard].reduce(
          (before, guard) => before.overrideProvider(guard).useValue({ canActivate: () => true }),
          builder,
        ),
    });
    expect(await fixture.get(PATH)).toMatchObject({ status: 200 });
    expect(await fixture.get('/routes/scope-and-claim')).toMatchObject({ status: 200 });
  });

  it('add only auth and user to the request', async () => {
    await start();
    const token = issuer.mint();
    expect((await fixture.get('/traces', token)).json).toEqual([]);
    expect((await fixture.get('/traces', token)).json).toEqual([]);
  });

  it.each([[], undefined])(
    'find the token of a request whose rawHeaders is %j',
    async (rawHeaders) => {
      await start({
        setup: (app) => {
          app.use((request: object, _response: unknown, next: () => void) => {
            Object.defineProperty(request, 'rawHeaders', { value: rawHeaders });
            next();
          });
        },
      });
      expect(await fixture.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
      expectRefusal(await fixture.get(PATH), REFUSED.missing);
    },
  );

  it('answer 401 when Passport fails without a reason', async () => {
    await start();
    const strategy: passport.Strategy = fixture.app.get(AccessTokenStrategy);
    strategy.authenticate = function (this: passport.StrategyCreatedStatic) {
      this.fail();
    };
    expectRefusal(await fixture.get(PATH, issuer.mint()), REFUSED.signature);
  });

  it('answer 500 when request.auth cannot be set', async () => {
    await start({ setup: sealAuth });
    const token = issuer.mint();
    // The second time, the token is in the cache.
    for (const answer of [await fixture.get(PATH, token), await fixture.get(PATH, token)]) {
      expect(answer.status).toBe(500);
      expect(answer.json).toEqual({ statusCode: 500, message: 'Internal server error' });
    }
    expectRefusal(await fixture.get(PATH), REFUSED.missing);
  });

  /** Defines `request.auth` as read-only before the guards run. */
  function sealAuth(app: INestApplication): void {
    const seal = (request: object) => Object.defineProperty(request, 'auth', { value: 'own' });
    if (adapter === 'Express') {
      app.use((request: object, _response: unknown, next: () => void) => {
        seal(request);
        next();
      });
    } else {
      const fastify = (app as NestFastifyApplication).getHttpAdapter().getInstance();
      fastify.addHook('onRequest', async (request) => {
        seal(request);
      });
    }
  }

  it.each<[string, unknown, string, ExpectedRefusal]>([
    ['scope', 'read:messages', '/routes/scope', lacksScope('read:messages')],
    ['permissions', ['read:messages'], '/routes/permissions', lacksScope('read:messages')],
    ['isAdmin', true, '/routes/claim', REFUSED.requirement],
    ['exp', 1e12, PATH, REFUSED.claim],
    ['alg', 'RS256', PATH, REFUSED.malformed],
  ])('ignore the member %s of a polluted Object.prototype', async (name, value, path, refusal) => {
    await start();
    expect(await fixture.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
    const token = issuer.mint({ jti: 'bare', [name]: undefined }, { [name]: undefined });
    // oxlint-disable-next-line no-extend-native -- this test needs a polluted prototype
    Object.defineProperty(Object.prototype, name, { value, configurable: true });
    try {
      expectRefusal(await fixture.get(path, token), refusal);
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });
});
