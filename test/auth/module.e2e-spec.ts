import { Test } from '@nestjs/testing';
import { AuthModule } from '../../src/auth/index.js';
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

  describe('isRevoked', () => {
    it('is called on every request with the claims, and refuses a token', async () => {
      const seen: unknown[] = [];
      const { get } = await start({
        adapter,
        options: {
          isRevoked: (claims) => {
            seen.push(claims.jti);
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
      expect(seen).toEqual(['mine', 'stolen']);
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

  it('keeps two applications in one process apart', async () => {
    const second = await createTestIssuer({ algorithms: ['ES256'] });
    const one = await start({ adapter });
    const options = { algorithms: ['ES256' as const] };
    const two = await start({ adapter, issuer: second, options });
    expect(await one.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
    expect(await two.get(PATH, second.mint())).toMatchObject({ status: 200 });
    const foreign = { status: 401, code: 'issuer_mismatch' };
    expectRefusal(await one.get(PATH, second.mint()), foreign);
    expectRefusal(await two.get(PATH, issuer.mint()), foreign);
    await second.close();
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
