import { Controller, Get } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  AccessToken,
  AuthModule,
  Claim,
  OptionalAuth,
  Protected,
  Public,
  Scopes,
} from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';

@Controller('marked-methods')
class MarkedMethodsController {
  @Get('unmarked')
  unmarked(@AccessToken('sub') sub?: string) {
    return { sub: sub ?? null };
  }

  @Get('protected')
  @Protected()
  protected(@AccessToken('sub') sub: string) {
    return { sub };
  }

  @Get('scoped')
  @Scopes('read:messages')
  scoped() {
    return {};
  }

  @Get('claimed')
  @Claim('isAdmin', true)
  claimed() {
    return {};
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AccessToken('sub') sub?: string) {
    return { sub: sub ?? null };
  }

  @Get('public')
  @Public()
  public() {
    return {};
  }
}

@Controller('protected-controller')
@Protected()
class ProtectedController {
  @Get('unmarked')
  unmarked() {
    return {};
  }

  @Get('scoped')
  @Scopes('read:messages')
  scoped() {
    return {};
  }

  @Get('public')
  @Public()
  public() {
    return {};
  }
}

const controllers = [MarkedMethodsController, ProtectedController];
const LACKS_SCOPE = { status: 403, code: 'insufficient_scope', scope: 'read:messages' };

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

describe.each(ADAPTERS)("unmarkedRoutes: 'open' on %s", (adapter) => {
  let fixture: Fixture;

  beforeAll(async () => {
    const options = { unmarkedRoutes: 'open' as const };
    fixture = await startFixture({ adapter, issuer, controllers, options });
  });

  afterAll(() => fixture.close());

  const get = (path: string, claims?: Record<string, unknown>) =>
    fixture.get(path, claims && issuer.mint(claims));

  it('logs at startup how many routes are open', () => {
    expect(fixture.log.starting('unmarkedRoutes')).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining(' 1 ') as string }),
    ]);
  });

  it('opens a route without a decorator and ignores its token', async () => {
    for (const token of [undefined, 'malformed', issuer.mint({ sub: 'alice' })]) {
      const answer = await fixture.get('/marked-methods/unmarked', token);
      expect(answer).toMatchObject({ status: 200, json: { sub: null } });
    }
  });

  it.each([
    '/marked-methods/protected',
    '/marked-methods/scoped',
    '/marked-methods/claimed',
    '/protected-controller/unmarked',
    '/protected-controller/scoped',
  ])('protects a route with a decorator: %s', async (path) => {
    expectRefusal(await get(path), { status: 401 });
    expectRefusal(await get(path, { exp: 1 }), { status: 401, code: 'token_expired' });
    const claims = { scope: 'read:messages', isAdmin: true };
    expect(await get(path, claims)).toMatchObject({ status: 200 });
  });

  it.each(['/marked-methods/scoped', '/protected-controller/scoped'])(
    'checks the scopes of %s',
    async (path) => {
      expectRefusal(await get(path, {}), LACKS_SCOPE);
    },
  );

  it('judges the token of a route with @OptionalAuth()', async () => {
    const path = '/marked-methods/optional';
    expect(await get(path)).toMatchObject({ status: 200, json: { sub: null } });
    expect(await get(path, { sub: 'alice' })).toMatchObject({ json: { sub: 'alice' } });
    expectRefusal(await get(path, { exp: 1 }), { status: 401, code: 'token_expired' });
  });

  it.each(['/marked-methods/public', '/protected-controller/public'])(
    'opens a route with @Public(): %s',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 200 });
    },
  );
});

describe('@Protected()', () => {
  it('changes nothing by default: every route without a decorator is closed', async () => {
    const fixture = await startFixture({ adapter: 'Fastify', issuer, controllers });
    for (const name of ['unmarked', 'protected']) {
      expectRefusal(await fixture.get(`/marked-methods/${name}`), { status: 401 });
      const answer = await fixture.get(`/marked-methods/${name}`, issuer.mint({ sub: 'alice' }));
      expect(answer).toMatchObject({ status: 200, json: { sub: 'alice' } });
    }
    expect(fixture.log.starting('unmarkedRoutes')).toEqual([]);
    await fixture.close();
  });

  it.each([
    ['@Public()', Public()],
    ['@OptionalAuth()', OptionalAuth()],
  ])('contradicts %s on one method', async (name, opener) => {
    @Controller()
    class OddController {
      @Get()
      @opener
      @Protected()
      odd() {
        return {};
      }
    }
    const module = await Test.createTestingModule({
      imports: [AuthModule.forRoot({ issuer: issuer.url, audience: 'api' })],
      controllers: [OddController],
    }).compile();
    await expect(module.init()).rejects.toThrow(`OddController.odd has ${name} together with`);
    await module.close();
  });
});
