import { Test } from '@nestjs/testing';
import { AuthModule } from '../../../src/auth/index.js';
import {
  createTestIssuer,
  type FakeAccessToken,
  fakeAccessToken,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { expectRefusal } from '../../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';

describe.each(ADAPTERS)('A fake access token, on %s', (adapter) => {
  let revocationChecks = 0;
  let real: TestIssuer;
  let fixture: Fixture;
  let caller: FakeAccessToken;

  beforeAll(async () => {
    real = await createTestIssuer({ algorithms: ['ES256'] });
    caller = fakeAccessToken();
    fixture = await startFixture({
      adapter,
      issuer: real,
      options: {
        isRevoked: () => (revocationChecks += 1) > 0,
        profile: 'rfc9068',
        grantClaims: ['scope', 'roles'],
      },
      controllers: CONTROLLERS,
      override: (builder) => caller.useFor(builder),
    });
  });

  afterEach(() => {
    expect(real.fetches).toEqual({ discovery: 0, jwks: 0 });
    expect(revocationChecks).toBe(0);
  });

  afterAll(() => Promise.all([fixture.close(), real.close()]));

  it('lets every request carry its claims', async () => {
    const claims = { sub: 'ann', scope: 'read:messages', tier: 'premium', roles: ['editor'] };
    caller.as(claims);
    const { json } = await fixture.get('/routes/request');
    expect(json).toMatchObject({ user: claims, sameClaims: true });
    expect(json.auth).toMatchObject({ payload: claims, scopes: ['read:messages', 'editor'] });
    expect((await fixture.get('/routes/subject')).json).toEqual({ sub: 'ann' });
    expect((await fixture.get('/routes/optional')).json).toEqual({ sub: 'ann' });
    expect((await fixture.get('/routes/public')).json).toEqual({ anonymous: true });
  });

  it('has the registered claims of a token that was just issued', async () => {
    caller.as({ exp: undefined });
    const { claims } = (await fixture.get('/routes/closed')).json as {
      claims: Record<string, unknown>;
    };
    expect(claims).toEqual({
      iss: 'https://issuer.example.com/',
      aud: 'https://api.example.com',
      sub: 'auth0|test',
      iat: expect.any(Number),
    });
    caller.as({});
    const { claims: complete } = (await fixture.get('/routes/closed')).json;
    expect(complete.exp).toBeGreaterThan(Date.now() / 1000);
  });

  it('does not change the claims that it was given, although those of a request are frozen', async () => {
    const claims = { roles: ['editor'] };
    caller.as(claims);
    expect((await fixture.get('/routes/closed')).status).toBe(200);
    expect(Object.isFrozen(claims.roles)).toBe(false);
  });

  it('leaves scopes and claims to be judged', async () => {
    caller.as({ sub: 'ann' });
    expectRefusal(await fixture.get('/routes/scope'), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'read:messages',
    });
    expectRefusal(await fixture.get('/routes/claim'), { status: 401, code: 'claim_requirement' });
    caller.as({ scope: 'read:messages' });
    expect((await fixture.get('/routes/scope')).status).toBe(200);
  });

  it('replaces all claims with as()', async () => {
    caller.as({ sub: 'ann', scope: 'read:messages' });
    caller.as({ tier: 'free' });
    const { json } = await fixture.get('/routes/closed');
    expect(json.claims).toMatchObject({ sub: 'auth0|test', tier: 'free' });
    expect(json.claims).not.toHaveProperty('scope');
  });

  it('lets requests be anonymous, and real tokens be refused, with as(undefined)', async () => {
    caller.as(undefined);
    expectRefusal(await fixture.get('/routes/closed'), { status: 401 });
    expect((await fixture.get('/routes/optional')).json).toEqual({ sub: null });
    expectRefusal(await fixture.get('/routes/closed', real.mint({}, { typ: 'at+jwt' })), {
      status: 401,
      code: 'issuer_mismatch',
    });
  });

  it('counts instead of a token that a request has', async () => {
    caller.as({ sub: 'ann' });
    expect((await fixture.get('/routes/subject', 'whatever')).json).toEqual({ sub: 'ann' });
  });
});

it('a fake access token needs no issuer in the options of the application', async () => {
  const options = { issuer: undefined, audience: undefined } as never;
  const builder = Test.createTestingModule({ imports: [AuthModule.forRoot(options)] });
  expect(fakeAccessToken({ sub: 'ann' }).useFor(builder)).toBe(builder);
  await (await builder.compile()).close();
});
