import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AccessTokenVerifier } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { type Fixture, startFixture } from '../auth/support/fixture.js';
import { expectRefusal } from '../support/refusal.js';
import './examples/claims.js';
import { AppModule } from './examples/app.module.js';
import { ProblemDetailsFilter } from './examples/problem-details.filter.js';
import { ReportsController } from './examples/reports.controller.js';

describe('the examples of the documentation', () => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
  });

  afterEach(() => fixture?.close());

  afterAll(() => issuer.close());

  it('requirements of controller and method add up', async () => {
    const controllers = [ReportsController];
    fixture = await startFixture({ adapter: 'Fastify', issuer, controllers });
    expect(await fixture.get('/reports/count')).toMatchObject({ status: 200, json: { count: 0 } });
    expectRefusal(await fixture.get('/reports'), { status: 401 });
    const clear = (claims: object) =>
      fixture.ask('DELETE', '/reports', { token: issuer.mint({ ...claims }) });
    expectRefusal(await clear({ scope: 'read:reports' }), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'delete:reports',
    });
    const scope = 'read:reports delete:reports';
    expectRefusal(await clear({ scope }), {
      status: 401,
      code: 'claim_requirement',
      description: 'Administrators only',
    });
    const admin = { scope, sub: 'ann', 'https://example.com/roles': ['admin'] };
    expect(await clear({ ...admin, 'https://example.com/device': 'desk' })).toMatchObject({
      status: 200,
      json: { clearedBy: 'ann', on: 'desk' },
    });
  });

  it('a filter writes another body', async () => {
    fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      controllers: [ReportsController],
      providers: [{ provide: APP_FILTER, useClass: ProblemDetailsFilter }],
    });
    const answer = await fixture.get('/reports', issuer.mint());
    expect(answer).toMatchObject({
      status: 403,
      json: {
        type: 'https://example.com/problems/insufficient_scope',
        title: 'The access token lacks a required scope.',
      },
    });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="insufficient_scope"/);
    expect((await fixture.get('/reports')).json.type).toMatch(/token_missing$/);
  });

  it('a test without signatures: requirements are still checked', async () => {
    const auth = { payload: { sub: 'ann' }, header: {}, scopes: ['read:reports'], token: 'any' };
    fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      options: { secret: 'a secret of 32 bytes at the least' },
      controllers: [ReportsController],
      override: (builder) =>
        builder.overrideProvider(AccessTokenVerifier).useValue({ verify: async () => auth }),
    });
    const token = 'any';
    expect(await fixture.get('/reports', token)).toMatchObject({
      status: 200,
      json: { owner: 'ann' },
    });
    expectRefusal(await fixture.ask('DELETE', '/reports', { token }), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'delete:reports',
    });
    expectRefusal(await fixture.get('/reports'), { status: 401 });
  });

  it('an application imports the module', async () => {
    // Preview mode creates no providers: the issuer of the example does not exist.
    const app = await NestFactory.create(AppModule, new FastifyAdapter(), {
      preview: true,
      logger: false,
    });
    expect(app).toBeDefined();
    await app.close();
  });
});
