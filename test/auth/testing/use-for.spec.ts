import { Module, type DynamicModule } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  AccessTokenVerifier,
  AuthModule,
  type AuthOptions,
  ResolvedAuthOptions,
} from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';

const SECRET = 'a secret of thirty-two bytes, now';

describe('useFor() of a test issuer', () => {
  let real: TestIssuer;
  let issuer: TestIssuer;
  const modules: TestingModule[] = [];

  beforeAll(async () => {
    real = await createTestIssuer({ audience: 'https://production.example.com' });
    issuer = await createTestIssuer();
  });

  afterEach(async () => {
    await Promise.all(modules.splice(0).map((module) => module.close()));
    expect(real.fetches).toEqual({ discovery: 0, jwks: 0 });
  });

  afterAll(() => Promise.all([real.close(), issuer.close()]));

  /** Starts the application of somebody who imports `auth`. */
  async function start(auth: DynamicModule, using = issuer): Promise<TestingModule> {
    @Module({ imports: [auth] })
    class AppModule {}
    const builder = Test.createTestingModule({ imports: [AppModule] });
    expect(using.useFor(builder)).toBe(builder);
    const module = await builder.compile();
    modules.push(module);
    await module.init();
    return module;
  }

  const verify = (module: TestingModule, token: string) =>
    module.get(AccessTokenVerifier).verify(token);

  const given = (options: object) => options as AuthOptions;

  it.each<[string, () => AuthOptions]>([
    ['one issuer', () => ({ issuer: real.url, audience: real.audience })],
    [
      'one with the address of its keys',
      () => ({
        issuer: real.url,
        audience: [real.audience, 'another'],
        jwksUri: real.jwksUri,
        algorithms: ['ES256'],
      }),
    ],
    [
      'several issuers',
      () => ({
        issuers: [
          { issuer: real.url, audience: real.audience },
          { issuer: 'https://other.example.com/', audience: 'other', secret: SECRET },
        ],
      }),
    ],
    ['a secret', () => ({ issuer: real.url, audience: real.audience, secret: SECRET })],
    ['variables that are not set', () => given({ issuer: undefined, audience: undefined })],
    ['variables that are empty', () => given({ issuer: 'https:///', audience: [] })],
  ])('replaces %s', async (_, options) => {
    for (const auth of [
      AuthModule.forRoot(options()),
      AuthModule.forRootAsync({ useFactory: async () => options() }),
    ]) {
      const module = await start(auth);
      const auth0 = await verify(module, issuer.mint({ scope: 'read:messages' }));
      expect(auth0.scopes).toEqual(['read:messages']);
      for (const claims of [{ iss: real.url }, { aud: real.audience }]) {
        await expect(verify(module, issuer.mint(claims))).rejects.toThrow('is f');
      }
      await expect(verify(module, real.mint())).rejects.toThrow('is from another issuer');
    }
  });

  it('keeps the other options', async () => {
    const asked: unknown[] = [];
    const options = {
      grantClaims: ['permissions'],
      claimFailure: 'insufficient_scope' as const,
      clockToleranceSec: 1,
      isRevoked: ({ sub }: { sub?: string }) => asked.push(sub) > 0,
    };
    const module = await start(
      AuthModule.forRoot({ issuer: real.url, audience: real.audience, ...options }),
    );
    expect(module.get(ResolvedAuthOptions)).toMatchObject({
      ...options,
      issuers: [{ issuer: issuer.url, audience: [issuer.audience] }],
    });
    await expect(verify(module, issuer.mint({ sub: 'ann' }))).rejects.toThrow('has been revoked');
    expect(asked).toEqual(['ann']);
  });

  it.each([
    ['another algorithm', { algorithms: ['ES256', 'ES384'] as const }],
    ['a secret', { secret: SECRET }],
    ['another audience', { audience: 'another' }],
  ])('works for an issuer with %s', async (_, options) => {
    const own = await createTestIssuer(options);
    try {
      const module = await start(
        AuthModule.forRoot({ issuer: real.url, audience: real.audience }),
        own,
      );
      const { payload } = await verify(module, own.mint());
      expect(payload).toMatchObject({ iss: own.url, aud: own.audience });
    } finally {
      await own.close();
    }
  });

  it("lets it mint tokens of the profile of the application: profile: 'rfc9068'", async () => {
    const own = await createTestIssuer({ algorithms: ['ES256'] });
    const options = { issuer: real.url, audience: real.audience, profile: 'rfc9068' as const };
    try {
      const module = await start(AuthModule.forRoot(options), own);
      const { header, payload } = await verify(module, own.mint());
      expect(header.typ).toBe('at+jwt');
      expect(payload).toMatchObject({ client_id: 'test', jti: expect.any(String) });
      await expect(verify(module, own.mint({ client_id: undefined }))).rejects.toThrow('claim');
    } finally {
      await own.close();
    }
  });

  it('does not hide that the application imports the module without options', async () => {
    @Module({ imports: [AuthModule] })
    class AppModule {}
    const compiled = issuer.useFor(Test.createTestingModule({ imports: [AppModule] })).compile();
    await expect(compiled).rejects.toThrow('AuthModule: the options are missing');
  });

  it('does not hide an unknown option of the application', async () => {
    const options = given({ issuer: real.url, audience: 'api', isRevokd: () => true });
    await expect(start(AuthModule.forRoot(options))).rejects.toThrow('isRevokd is unknown');
  });
});
