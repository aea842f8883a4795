import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  Injectable,
  Module,
  Req,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import passport from 'passport';
import {
  AccessTokenGuard,
  AuthError,
  AuthModule,
  check,
  Claim,
  ClaimsGuard,
  includes,
  OptionalAuth,
  Permissions,
  Public,
  Scopes,
  ScopesGuard,
} from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from './support/fixture.js';
import { CONTROLLERS } from './support/routes.controller.js';

const PATH = '/routes/closed';

let issuer: TestIssuer;
const fixtures: Fixture[] = [];

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
});

afterAll(() => issuer.close());

async function start(options: Partial<FixtureOptions> & Pick<FixtureOptions, 'adapter'>) {
  const fixture = await startFixture({ issuer, controllers: CONTROLLERS, ...options });
  fixtures.push(fixture);
  return fixture;
}

/** Where Passport keeps the strategies of the process. */
interface Registry {
  _strategies: object;
}

/** Answers everything in a form of its own, as applications do. */
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
    const { status, error: name, code, challenge } = error;
    const body = { status, name, code, challenge };
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), body, status);
  }
}

describe.each(ADAPTERS)('AuthModule on %s', (adapter) => {
  describe('in an application with filters of its own', () => {
    it.each([
      ['APP_FILTER', { providers: [{ provide: APP_FILTER, useClass: CatchAllFilter }] }],
      [
        'useGlobalFilters()',
        {
          setup: (app: Parameters<NonNullable<FixtureOptions['setup']>>[0]) => {
            app.useGlobalFilters(new CatchAllFilter(app.get(HttpAdapterHost)));
          },
        },
      ],
    ])('keeps the headers of a refusal under a catch-all filter by %s', async (_, options) => {
      const { get } = await start({ adapter, ...options });
      const answer = await get(PATH, issuer.mint({ exp: 1 }));
      expect(answer).toMatchObject({ status: 401, json: { own: true } });
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'www-authenticate':
          'Bearer error="invalid_token", error_description="The access token has expired."',
      });
      const bare = await get(PATH);
      expect(bare).toMatchObject({ status: 401, json: { own: true } });
      expect(bare.headers).toMatchObject({ 'www-authenticate': 'Bearer' });
    });

    it('lets it shape the body with @Catch(AuthError)', async () => {
      const { get } = await start({
        adapter,
        providers: [{ provide: APP_FILTER, useClass: AuthErrorFilter }],
      });
      expect((await get('/routes/scope', issuer.mint())).json).toEqual({
        status: 403,
        name: 'insufficient_scope',
        code: 'insufficient_scope',
        challenge:
          'Bearer error="insufficient_scope", error_description="The access token lacks a required scope.", scope="read:messages"',
      });
      expect((await get(PATH)).json).toEqual({ status: 401, challenge: 'Bearer' });
    });
  });

  it("leaves other exceptions in Nest's form, without a challenge", async () => {
    const { get } = await start({ adapter });
    const answer = await get('/nowhere', issuer.mint());
    expect(answer.json).toMatchObject({ statusCode: 404, error: 'Not Found' });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it('refuses a claim with 403 by the option claimFailure', async () => {
    const { get } = await start({ adapter, options: { claimFailure: 'insufficient_scope' } });
    expectRefusal(await get('/routes/claim', issuer.mint()), {
      status: 403,
      error: 'insufficient_scope',
      code: 'claim_requirement',
      description: 'A claim of the access token does not meet the requirement.',
    });
  });

  it('takes scopes from the claims in grantClaims', async () => {
    const { get } = await start({ adapter, options: { grantClaims: ['permissions'] } });
    const granted = issuer.mint({ permissions: ['read:messages'] });
    expect(await get('/routes/scope', granted)).toMatchObject({ status: 200 });
    expectRefusal(await get('/routes/scope', issuer.mint({ scope: 'read:messages' })), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'read:messages',
    });
  });

  it('takes a nonce in access tokens by the option nonceInAccessToken, and nothing else of an ID token', async () => {
    const { get } = await start({ adapter, options: { nonceInAccessToken: true } });
    expect(await get(PATH, issuer.mint({ nonce: 'x' }))).toMatchObject({ status: 200 });
    const idToken = issuer.mint({ nonce: 'x', at_hash: 'x' });
    expectRefusal(await get(PATH, idToken), { status: 401, code: 'id_token_used' });
  });

  it('takes any of several audiences', async () => {
    const { get } = await start({ adapter, options: { audience: ['https://a.test', 'b'] } });
    expect(await get(PATH, issuer.mint({ aud: 'b' }))).toMatchObject({ status: 200 });
    expectRefusal(await get(PATH, issuer.mint()), { status: 401, code: 'audience_mismatch' });
  });

  it.each([
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ] as const)('verifies %s when the issuer is configured for it', async (algorithm) => {
    const signer = await createTestIssuer({ algorithms: [algorithm] });
    const options = { issuer: signer.url, algorithms: [algorithm] };
    const { get } = await start({ adapter, options });
    expect(await get(PATH, signer.mint())).toMatchObject({ status: 200 });
    const [header, payload, signature] = signer.mint().split('.');
    const forged = `${header}.${payload}.${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`;
    expectRefusal(await get(PATH, forged), { status: 401, code: 'signature_invalid' });
    await signer.close();
  });

  it('keeps the issuers of a list apart: a key of one never verifies a token of another', async () => {
    const second = await createTestIssuer({ audience: 'second' });
    const options = {
      issuer: undefined,
      audience: undefined,
      issuers: [
        { issuer: issuer.url, audience: issuer.audience },
        { issuer: second.url, audience: 'second' },
      ],
    };
    const { get } = await start({ adapter, options });
    expect(await get(PATH, issuer.mint())).toMatchObject({ status: 200 });
    expect(await get(PATH, second.mint())).toMatchObject({ status: 200 });
    const forged = second.mint({ iss: issuer.url, aud: issuer.audience, iat: 1 });
    expectRefusal(await get(PATH, forged), { status: 401, code: 'key_unknown' });
    const misdirected = second.mint({ aud: issuer.audience });
    expectRefusal(await get(PATH, misdirected), { status: 401, code: 'audience_mismatch' });
    await second.close();
  });

  describe('the option isRevoked', () => {
    it('refuses a token it knows, on every request, and sees claims and request', async () => {
      const seen: unknown[] = [];
      const { get } = await start({
        adapter,
        options: {
          isRevoked: (claims, request) => {
            seen.push((request as { url: string }).url);
            return Promise.resolve(claims.jti === 'stolen');
          },
        },
      });
      expect(await get(PATH, issuer.mint({ jti: 'mine' }))).toMatchObject({ status: 200 });
      expectRefusal(await get(PATH, issuer.mint({ jti: 'stolen' })), {
        status: 401,
        code: 'token_revoked',
        description: 'The access token has been revoked.',
      });
      expect(seen).toEqual([PATH, PATH]);
    });

    it('answers 503 when it fails, and logs the cause', async () => {
      const { get, log } = await start({
        adapter,
        options: {
          isRevoked: () => {
            throw new Error('the list is gone');
          },
        },
      });
      const answer = await get(PATH, issuer.mint());
      expectRefusal(answer, { status: 503, code: 'revocation_unavailable' });
      expect(answer.body).not.toContain('the list');
      expect(log.text()).toContain('the list is gone');
      expect(log.text()).toContain('module.e2e-spec');
    });
  });

  it('protects only what asks for it with globalGuards: false', async () => {
    @Controller('own')
    class OwnController {
      @Get('open')
      open() {
        return {};
      }

      @Get('guarded')
      @UseGuards(AccessTokenGuard, ScopesGuard, ClaimsGuard)
      @Scopes('read:own')
      guarded() {
        return {};
      }
    }
    // A module that does not import AuthModule: Nest builds the guards in here.
    @Module({ controllers: [OwnController] })
    class OwnModule {}
    const { get } = await start({
      adapter,
      options: { globalGuards: false },
      imports: [OwnModule],
    });
    expect(await get('/own/open')).toMatchObject({ status: 200 });
    expectRefusal(await get('/own/guarded'), { status: 401 });
    expectRefusal(await get('/own/guarded', issuer.mint()), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'read:own',
    });
    const granted = issuer.mint({ scope: 'read:own' });
    expect(await get('/own/guarded', granted)).toMatchObject({ status: 200 });
  });

  it.each([
    ['ScopesGuard', ScopesGuard, Scopes('a')],
    ['ClaimsGuard', ClaimsGuard, Claim('a', 'b')],
  ])('never lets %s pass without AccessTokenGuard before it', async (name, guard, requirement) => {
    class LonelyController {
      lonely() {
        return {};
      }
    }
    const method = Object.getOwnPropertyDescriptor(LonelyController.prototype, 'lonely')!;
    for (const decorate of [Get('lonely'), UseGuards(guard), requirement]) {
      decorate(LonelyController.prototype, 'lonely', method);
    }
    Controller()(LonelyController);
    const { get, log } = await start({
      adapter,
      options: { globalGuards: false },
      controllers: [LonelyController],
    });
    expect(await get('/lonely', issuer.mint())).toMatchObject({ status: 500 });
    expect(log.text()).toContain(
      `${name} found no verified token: register AccessTokenGuard before it.`,
    );
  });

  it('lets a test override the guards', async () => {
    const { get } = await start({
      adapter,
      override: (builder) =>
        [AccessTokenGuard, ScopesGuard, ClaimsGuard].reduce(
          (before, guard) => before.overrideProvider(guard).useValue({ canActivate: () => true }),
          builder,
        ),
    });
    expect(await get(PATH)).toMatchObject({ status: 200 });
    expect(await get('/routes/scope-and-claim')).toMatchObject({ status: 200 });
  });

  describe('a requirement is not lost', () => {
    const WITHOUT_SCOPE = { status: 403, code: 'insufficient_scope', scope: 'admin' };

    /** As decorators for tracing, retries or transactions do. */
    const Wrapped = (): MethodDecorator => (_target, _name, descriptor) => {
      const original = descriptor.value as unknown as () => unknown;
      descriptor.value = function (this: unknown) {
        return original.call(this);
      } as never;
    };

    @Controller('kept')
    class KeptController {
      constructor() {
        this.bound = this.bound.bind(this);
      }

      @Get('bound')
      @Scopes('admin')
      bound() {
        return {};
      }

      @Get('wrapped')
      @Wrapped()
      @Scopes('admin')
      wrapped() {
        return {};
      }
    }

    @Controller()
    class BaseController {
      @Get('overridden')
      @Scopes('admin')
      overridden() {
        return {};
      }
    }

    @Controller('derived')
    class DerivedController extends BaseController {
      @Get('overridden')
      override overridden() {
        return { derived: true };
      }
    }

    it.each([
      ['whose controller binds it', '/kept/bound'],
      ['that another decorator wraps', '/kept/wrapped'],
      ['that a subclass overrides', '/derived/overridden'],
    ])('with a method %s', async (_, path) => {
      const controllers = [KeptController, DerivedController];
      const { get } = await start({ adapter, controllers });
      expectRefusal(await get(path), { status: 401 });
      expectRefusal(await get(path, issuer.mint()), WITHOUT_SCOPE);
      expect(await get(path, issuer.mint({ scope: 'admin' }))).toMatchObject({ status: 200 });
    });

    @Public()
    @Controller()
    class OpenController {
      @Get('inherited')
      @Public()
      inherited() {
        return {};
      }

      @Get('public')
      @Public()
      public() {
        return {};
      }

      @Get('optional')
      @OptionalAuth()
      optional() {
        return {};
      }
    }

    @Controller('rewritten')
    class RewrittenController extends OpenController {
      @Get('public')
      override public() {
        return {};
      }

      @Get('optional')
      @Scopes('admin')
      override optional() {
        return {};
      }

      @Get('added')
      added() {
        return {};
      }
    }

    it('where a subclass writes an open method anew, or inherits from an open controller', async () => {
      const { get } = await start({ adapter, controllers: [RewrittenController] });
      expect(await get('/rewritten/inherited')).toMatchObject({ status: 200 });
      for (const name of ['public', 'optional', 'added']) {
        expectRefusal(await get(`/rewritten/${name}`), { status: 401 });
      }
      expect(await get('/rewritten/added', issuer.mint())).toMatchObject({ status: 200 });
      expectRefusal(await get('/rewritten/optional', issuer.mint()), WITHOUT_SCOPE);
    });

    it('with a function that nobody can tell the route of: it is refused', async () => {
      @Injectable({ scope: Scope.REQUEST })
      @Controller('lost')
      class LostController {
        constructor() {
          this.bound = this.bound.bind(this);
        }

        @Get('bound')
        @Scopes('admin')
        bound() {
          return {};
        }
      }
      const { get, log } = await start({ adapter, controllers: [LostController] });
      const answer = await get('/lost/bound', issuer.mint({ scope: 'admin' }));
      expect(answer).toMatchObject({ status: 500 });
      expect(log.text()).toContain(
        'LostController handles a request with a function that is none of its methods',
      );
    });
  });

  it('minds no method that the constructor has replaced by a value', async () => {
    @Controller('labelled')
    class LabelledController {
      constructor() {
        Object.assign(this, { label: this.label() });
      }

      label() {
        return 'of the method';
      }

      @Get()
      read() {
        return Object.assign({}, this) as object;
      }
    }
    const { get } = await start({ adapter, controllers: [LabelledController] });
    expectRefusal(await get('/labelled'), { status: 401 });
    expect((await get('/labelled', issuer.mint())).json).toEqual({ label: 'of the method' });
  });

  it('leaves the request as it is but for auth and user', async () => {
    @Controller('traces')
    class TracesController {
      @Get()
      traces(@Req() request: object) {
        const names = [
          'login',
          'logIn',
          'logout',
          'isAuthenticated',
          'authInfo',
          '_sessionManager',
        ];
        return names.filter((name) => name in request);
      }
    }
    const { get } = await start({ adapter, controllers: [TracesController] });
    const token = issuer.mint();
    expect((await get('/traces', token)).json).toEqual([]);
    expect((await get('/traces', token)).json).toEqual([]);
  });

  it('finds the token of a request that has no raw headers', async () => {
    const { ask } = await start({
      adapter,
      setup: (app) => {
        app.use((request: { rawHeaders: string[] }, _response: unknown, next: () => void) => {
          request.rawHeaders = [];
          next();
        });
      },
    });
    const answer = await ask('GET', PATH, { token: issuer.mint() });
    expect(answer).toMatchObject({ status: 200 });
  });

  it('lives twice in one process without mixing up issuers', async () => {
    const second = await createTestIssuer();
    const one = await start({ adapter });
    const two = await start({ adapter, issuer: second });
    expect(await one.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
    expect(await two.get(PATH, second.mint())).toMatchObject({ status: 200 });
    const foreign = { status: 401, code: 'issuer_mismatch' };
    expectRefusal(await one.get(PATH, second.mint()), foreign);
    expectRefusal(await two.get(PATH, issuer.mint()), foreign);
    await second.close();
  });

  it('leaves no strategy behind in Passport when it closes', async () => {
    // oxlint-disable-next-line no-underscore-dangle -- Passport has no other way to ask
    const strategies = () => Object.keys((passport as unknown as Registry)._strategies);
    const before = strategies();
    const fixture = await start({ adapter });
    expect(strategies()).toHaveLength(before.length + 1);
    await fixtures.pop()!.close();
    expect(fixture.app).toBeDefined();
    expect(strategies()).toEqual(before);
  });
});

describe('AuthModule', () => {
  it('is configured asynchronously with forRootAsync()', async () => {
    const module = await Test.createTestingModule({
      imports: [
        AuthModule.forRootAsync({
          useFactory: () => ({ issuer: issuer.url, audience: issuer.audience }),
        }),
      ],
      controllers: CONTROLLERS,
    }).compile();
    const app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    const { request } = await import('../support/http.js');
    const url = await app.getUrl();
    expectRefusal(await request(url, 'GET', PATH), { status: 401 });
    const answer = await request(url, 'GET', PATH, { token: issuer.mint() });
    expect(answer).toMatchObject({ status: 200 });
    await app.close();
  });

  it.each<[string, Record<string, unknown>]>([
    ['issuer', { issuer: undefined }],
    ['issuer', { issuer: 'dev.us.auth0.com' }],
    ['issuer', { issuer: 'http://dev.us.auth0.com/' }],
    ['issuer', { issuer: 'https://dev.us.auth0.com/?x' }],
    ['issuer', { issuer: 'HTTPS://dev.us.auth0.com/' }],
    ['issuer', { issuer: ' https://dev.us.auth0.com/' }],
    ['issuer', { issuer: 'https://user:secret@dev.us.auth0.com/' }],
    ['issuer', { issuer: 'https://dev.us.auth0.com:port/' }],
    ['audience', { audience: undefined }],
    ['audience', { audience: '' }],
    ['audience', { audience: [] }],
    ['audience', { audience: ['a', ''] }],
    ['jwksUri', { jwksUri: 'http://dev.us.auth0.com/jwks' }],
    ['algorithms', { algorithms: ['none'] }],
    ['algorithms', { algorithms: ['HS256'] }],
    ['algorithms', { algorithms: [] }],
    ['issuers', { issuers: [] }],
    ['issuers', { issuer: undefined, issuers: [] }],
    ['issuers', { issuer: undefined, issuers: { issuer: 'https://a.test/', audience: 'a' } }],
    [
      'issuers[1].issuer',
      { issuer: undefined, issuers: [{ issuer: 'https://a.test/', audience: 'a' }, undefined] },
    ],
    ['issuers', { issuers: [{ issuer: 'https://a.test/', audience: 'a' }] }],
    ['issuers[0].audience', { issuer: undefined, issuers: [{ issuer: 'https://a.test/' }] }],
    [
      'issuers',
      {
        issuer: undefined,
        issuers: ['', '/'].map((end) => ({ issuer: `https://a.test${end}`, audience: 'a' })),
      },
    ],
    ['grantClaims', { grantClaims: [] }],
    ['grantClaims', { grantClaims: 'scope' }],
    ['claimFailure', { claimFailure: 'forbidden' }],
    ['clockToleranceSec', { clockToleranceSec: -1 }],
    ['clockToleranceSec', { clockToleranceSec: 5000 }],
    ['clockToleranceSec', { clockToleranceSec: Number.NaN }],
    ['jwksTimeoutMs', { jwksTimeoutMs: 0 }],
    ['jwksTimeoutMs', { jwksTimeoutMs: '5000' }],
    ['jwksMaxAgeSec', { jwksMaxAgeSec: Number.POSITIVE_INFINITY }],
    ['jwksMaxStaleSec', { jwksMaxStaleSec: 60 }],
    ['isRevoked', { isRevoked: true }],
    ['nonceInAccessToken', { nonceInAccessToken: 'yes' }],
  ])('stops the start over the option %s in %j', async (option, options) => {
    const valid = { issuer: 'https://dev.us.auth0.com/', audience: 'api' };
    const building = Test.createTestingModule({
      imports: [AuthModule.forRoot({ ...valid, ...options })],
    }).compile();
    await expect(building).rejects.toThrow(
      new RegExp(`^AuthModule: the option ${escape(option)} `),
    );
  });

  const escape = (text: string) => text.replace(/[[\]]/g, String.raw`\$&`);

  describe('decorators that contradict each other', () => {
    it.each<[string, MethodDecorator[]]>([
      ['has both @Public() and @OptionalAuth()', [Public(), OptionalAuth()]],
      ['has @Public() beside', [Public(), Scopes('a')]],
      ['has @Public() beside', [Public(), Permissions('a')]],
      ['has @OptionalAuth() beside', [OptionalAuth(), Claim('a', 'b')]],
      ['has a @Scopes() or @Permissions() without a scope', [Scopes()]],
      ['has a @Scopes() or @Permissions() without a scope', [Scopes('  ')]],
      ['has a @Scopes() or @Permissions() without a scope', [Scopes([])]],
      ['has a @Scopes() or @Permissions() without a scope', [Permissions([], { match: 'any' })]],
    ])('on a method stop the start: %s', async (problem, decorators) => {
      class OddController {
        odd() {
          return {};
        }
      }
      const method = Object.getOwnPropertyDescriptor(OddController.prototype, 'odd')!;
      for (const decorate of [Get(), ...decorators]) {
        decorate(OddController.prototype, 'odd', method);
      }
      Controller()(OddController);
      await expect(startWith(OddController)).rejects.toThrow(`OddController.odd ${problem}`);
    });

    it('on a controller stop the start', async () => {
      @Controller()
      @Public()
      @Scopes('a')
      class OddController {
        @Get()
        odd() {
          return {};
        }
      }
      await expect(startWith(OddController)).rejects.toThrow('OddController has @Public() beside');
    });

    async function startWith(controller: new () => object) {
      const module = await Test.createTestingModule({
        imports: [AuthModule.forRoot({ issuer: issuer.url, audience: 'api' })],
        controllers: [controller],
      }).compile();
      const app = module.createNestApplication();
      try {
        await app.init();
      } finally {
        await app.close();
      }
    }
  });

  describe('decorators that cannot be', () => {
    const decorate = (make: () => MethodDecorator) => () => {
      class MessagesController {
        list() {}
      }
      const method = Object.getOwnPropertyDescriptor(MessagesController.prototype, 'list')!;
      make()(MessagesController.prototype, 'list', method);
    };

    /** As JavaScript may call it, or TypeScript with a constant of a module that has not run yet. */
    const untyped = Scopes as (...args: unknown[]) => MethodDecorator;

    it.each<[string, () => MethodDecorator]>([
      ['@Scopes() on MessagesController.list: "読む" is no scope', () => Scopes('読む')],
      [String.raw`@Scopes() on MessagesController.list: "a\"b" is no scope`, () => Scopes('a"b')],
      ['@Permissions() on MessagesController.list: "ä" is no scope', () => Permissions('ä')],
      [
        '@Scopes() on MessagesController.list: undefined is no scope',
        () => untyped('a', undefined),
      ],
      ['@Scopes() on MessagesController.list: 42 is no scope', () => untyped('a', 42)],
      [
        "@Scopes() on MessagesController.list: match must be 'all' or 'any'",
        () => Scopes('a', { match: 'some' as 'any' }),
      ],
      [
        '@Scopes() on MessagesController.list: from must be a list of claim names',
        () => Scopes('a', { from: [] }),
      ],
      [
        '@Scopes() on MessagesController.list: the message is sent in a header',
        () => Scopes('a', { message: 'プレミアムが必要です' }),
      ],
      [
        '@Claim() on MessagesController.list: the message is sent in a header',
        () => Claim('a', true, { message: 'say "please"' }),
      ],
      [
        '@Claim() on MessagesController.list: the message is sent in a header',
        () =>
          Claim(
            check(() => true),
            { message: '' },
          ),
      ],
      [
        '@Claim() on MessagesController.list: expect a string, number, boolean or null',
        () => Claim('a', undefined as unknown as string),
      ],
      [
        '@Claim() on MessagesController.list: expect a string, number, boolean or null',
        () => Claim('a', ['b'] as unknown as string),
      ],
      ['@Claim() on MessagesController.list: name a claim', () => Claim('', true)],
      ['@Claim() on MessagesController.list: name a claim', () => Claim([], true)],
      [
        '@Claim() on MessagesController.list: check() sees all claims',
        () => Claim('a', check(() => true) as never),
      ],
      ['includes() needs at least one value', () => Claim('a', includes())],
      ['check() needs a function', () => Claim(check(true as never))],
    ])('throw where they are written: %s', (problem, make) => {
      expect(decorate(make)).toThrow(problem);
    });
  });

  describe('in a context that is not HTTP', () => {
    it.each([
      ['AccessTokenGuard', AccessTokenGuard],
      ['ScopesGuard', ScopesGuard],
      ['ClaimsGuard', ClaimsGuard],
    ])('%s refuses with a sentence and never passes', async (name, guard) => {
      const module = await Test.createTestingModule({
        imports: [AuthModule.forRoot({ issuer: issuer.url, audience: 'api' })],
      }).compile();
      const context = {
        getType: () => 'ws',
        getClass: () => class Gateway {},
        getHandler: () => () => {},
      };
      const answer = async () => module.get<AccessTokenGuard>(guard).canActivate(context as never);
      await expect(answer()).rejects.toThrow(
        `${name} protects HTTP routes, and this is a context of type "ws"`,
      );
      await module.close();
    });
  });
});
