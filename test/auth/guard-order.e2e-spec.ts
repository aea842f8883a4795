import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from './support/fixture.js';
import { RoutesController } from './support/routes.controller.js';

const LINE = 'Global guards that run before authentication';

@Injectable()
class RolesGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { user } = context.switchToHttp().getRequest<{ user?: { roles?: string[] } }>();
    return user?.roles?.includes('admin') === true;
  }
}

const provider = { provide: APP_GUARD, useClass: RolesGuard };

@Module({ providers: [provider] })
class RolesModule {}

describe.each(ADAPTERS)(
  'A global guard of the application that reads request.user, on %s',
  (adapter) => {
    let issuer: TestIssuer;
    let fixture: Fixture;

    beforeAll(async () => {
      issuer = await createTestIssuer();
    });

    afterEach(() => fixture.close());

    afterAll(() => issuer.close());

    const statusOf = async (options: Partial<FixtureOptions>) => {
      fixture = await startFixture({
        adapter,
        issuer,
        controllers: [RoutesController],
        ...options,
      });
      const admin = issuer.mint({ roles: ['admin'] });
      return (await fixture.get('/routes/closed', admin)).status;
    };

    it('finds it in a module that is imported after AuthModule', async () => {
      expect(await statusOf({ imports: [RolesModule] })).toBe(200);
      expect((await fixture.get('/routes/closed', issuer.mint())).status).toBe(403);
      expect((await fixture.get('/routes/closed')).status).toBe(401);
      expect(fixture.log.starting(LINE)).toEqual([]);
    });

    it('finds it when it is added with useGlobalGuards()', async () => {
      const setup: FixtureOptions['setup'] = (app) => app.useGlobalGuards(new RolesGuard());
      expect(await statusOf({ setup })).toBe(200);
      expect(fixture.log.starting(LINE)).toEqual([]);
    });

    it('finds none in the root module, and the start says so and where it belongs', async () => {
      expect(await statusOf({ providers: [provider] })).toBe(403);
      expect(fixture.log.starting(LINE)).toEqual([
        {
          level: 'log',
          message:
            'Global guards that run before authentication, without request.user: RolesGuard of ' +
            'RootTestModule. Provide a guard that needs request.user in a module that is imported ' +
            'after AuthModule.',
        },
      ]);
    });
  },
);
