import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import passport from 'passport';
import {
  AccessTokenGuard,
  AuthModule,
  Claim,
  ClaimsGuard,
  Scopes,
  ScopesGuard,
} from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { request } from '../support/http.js';
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

describe.each(ADAPTERS)('AuthModule on %s', (adapter) => {
  it("leaves other exceptions in Nest's form, without a challenge", async () => {
    const { get } = await start({ adapter });
    const answer = await get('/nowhere', issuer.mint());
    expect(answer.json).toMatchObject({ statusCode: 404, error: 'Not Found' });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it("refuses a claim with 403 under claimFailure: 'insufficient_scope'", async () => {
    const { get } = await start({ adapter, options: { claimFailure: 'insufficient_scope' } });
    expectRefusal(await get('/routes/claim', issuer.mint()), {
      status: 403,
      error: 'insufficient_scope',
      code: 'claim_requirement',
      description: 'A claim of the access token does not meet the requirement.',
    });
  });

  it('reads scopes from the claims in grantClaims', async () => {
    const { get } = await start({ adapter, options: { grantClaims: ['permissions'] } });
    const granted = issuer.mint({ permissions: ['read:messages'] });
    expect(await get('/routes/scope', granted)).toMatchObject({ status: 200 });
    expectRefusal(await get('/routes/scope', issuer.mint({ scope: 'read:messages' })), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'read:messages',
    });
  });

  it('accepts a nonce but no other claim of an ID token under nonceInAccessToken', async () => {
    const { get } = await start({ adapter, options: { nonceInAccessToken: true } });
    expect(await get(PATH, issuer.mint({ nonce: 'x' }))).toMatchObject({ status: 200 });
    const idToken = issuer.mint({ nonce: 'x', at_hash: 'x' });
    expectRefusal(await get(PATH, idToken), { status: 401, code: 'id_token_used' });
  });

  it('accepts any of several audiences', async () => {
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
    const [header, payload, signature] = signer.mint().split('.') as [string, string, string];
    const changed = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    const forged = `${header}.${payload}.${changed}`;
    expectRefusal(await get(PATH, forged), { status: 401, code: 'signature_invalid' });
    await signer.close();
  });

  it("never verifies a token with another issuer's key (RFC 8725 §3.8)", async () => {
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

  describe('isRevoked', () => {
    it('is called on every request with claims and request, and refuses a token', async () => {
      const seen: unknown[] = [];
      const { get } = await start({
        adapter,
        options: {
          isRevoked: (claims, { url }: { url?: string }) => {
            seen.push(url);
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

    it('answers 503 and logs the cause when it throws', async () => {
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

  it('keeps two applications in one process apart', async () => {
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
    // oxlint-disable-next-line no-underscore-dangle -- Passport has no public access to it
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
  it('can be configured with forRootAsync()', async () => {
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
    const url = await app.getUrl();
    expectRefusal(await request(url, 'GET', PATH), { status: 401 });
    const answer = await request(url, 'GET', PATH, { token: issuer.mint() });
    expect(answer).toMatchObject({ status: 200 });
    await app.close();
  });
});

describe('in a context that is not HTTP', () => {
  it.each([
    ['AccessTokenGuard', AccessTokenGuard],
    ['ScopesGuard', ScopesGuard],
    ['ClaimsGuard', ClaimsGuard],
  ])('%s throws an error that names the context', async (name, guard) => {
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
