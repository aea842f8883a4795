import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AccessTokenVerifier, AuthModule } from '../../src/auth/index.js';

const OPTIONS = { issuer: 'https://dev.us.auth0.com/', audience: 'api' };

const compile = (imports: NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>) =>
  Test.createTestingModule({ imports }).compile();

describe('AuthModule', () => {
  it('does not start without forRoot(), and says what to write', async () => {
    await expect(compile([AuthModule])).rejects.toThrow(
      /^AuthModule: .* Import AuthModule\.forRoot\(\{ issuer, audience \}\) in the root module/,
    );
  });

  it('does not start when it is imported twice, and says where to import it', async () => {
    @Module({ imports: [AuthModule.forRoot(OPTIONS)] })
    class FeatureModule {}
    const twice = compile([
      FeatureModule,
      AuthModule.forRoot({ ...OPTIONS, clockToleranceSec: 0 }),
    ]);
    await expect(twice).rejects.toThrow(
      /^AuthModule is imported twice: import it once, in the root module/,
    );
  });

  it('starts in two applications of one process', async () => {
    const modules = await Promise.all([
      compile([AuthModule.forRoot(OPTIONS)]),
      compile([AuthModule.forRoot(OPTIONS)]),
    ]);
    const [one, two] = modules.map((module) => module.get(AccessTokenVerifier));
    expect(one).toBeInstanceOf(AccessTokenVerifier);
    expect(one).not.toBe(two);
    await Promise.all(modules.map((module) => module.close()));
  });
});
