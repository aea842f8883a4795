import { All, Controller, Get, type INestApplication, VersioningType } from '@nestjs/common';
import {
  AccessTokenGuard,
  check,
  Claim,
  includes,
  includesAny,
  OptionalAuth,
  Permissions,
  Public,
  Scopes,
  StepUp,
} from '../../../src/auth/index.js';
import {
  createTestIssuer,
  denialCases,
  fakeAccessToken,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';

@Controller('reports')
@Scopes('read:reports')
class ReportsController {
  @Get()
  @Claim(['realm', 'roles'], includes('auditor'))
  @Claim(['realm', 'roles'], includesAny('admin', 'owner'))
  @Claim('tier', 'premium')
  @Claim(check(({ sub }) => sub !== 'mallory'))
  list() {}

  @Get('feed')
  @Scopes(['read:feed', 'read:admin'], { match: 'any' })
  @Permissions('read:reports', 'read:all')
  feed() {}

  @Get(':id/parts/:part')
  @Claim('permissions', includes('read:part'))
  @Permissions('read:part')
  part() {}

  @All('files/*')
  files() {}

  @Get('payout')
  @Claim('tier', 'premium')
  @StepUp({ maxAgeSec: 300 })
  payout() {}

  @Get('open')
  @Public()
  open() {}

  @Get('welcome')
  @OptionalAuth()
  welcome() {}
}

let issuer: TestIssuer;
const fixtures: Fixture[] = [];

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterEach(() => Promise.all(fixtures.splice(0).map((fixture) => fixture.close())));

afterAll(() => issuer.close());

async function start(options: Partial<FixtureOptions> = {}): Promise<Fixture> {
  const fixture = await startFixture({
    adapter: 'Fastify',
    issuer,
    controllers: [ReportsController],
    ...options,
  });
  fixtures.push(fixture);
  return fixture;
}

/** The cases whose answers are not as expected. */
async function failures({ app }: Fixture): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, method, path, headers, status, code } of denialCases(app)) {
    const answer = await fetch(`${await app.getUrl()}${path}`, { method, headers });
    const body = (await answer.json().catch(() => ({}))) as { code?: string };
    const isExpected = answer.status === status && body.code === code;
    if (!isExpected) failed.push(`${title}, not ${answer.status} ${body.code}`);
  }
  return failed;
}

const titles = (app: INestApplication, path: string) =>
  denialCases(app)
    .filter(({ title }) => title.startsWith(`GET ${path} `))
    .map(({ title }) => title.slice(`GET ${path} `.length));

const BAD_TOKENS = [
  'with an expired token: 401',
  'with a token for another audience: 401',
  'with a forged token: 401',
];

describe('denialCases()', () => {
  it('lists what each route refuses', async () => {
    const { app } = await start();
    const ofToken = ['without a token: 401', ...BAD_TOKENS];
    expect(titles(app, '/reports')).toEqual([
      ...ofToken,
      'without the scope read:reports: 403',
      'without the claim realm.roles: 401',
      'without the claim tier: 401',
    ]);
    expect(titles(app, '/reports/feed')).toEqual([
      ...ofToken,
      'without the scope read:feed or read:admin: 403',
      'without the scope read:reports: 403',
      'without the scope read:all: 403',
    ]);
    expect(titles(app, '/reports/payout').slice(4)).toEqual([
      'without the scope read:reports: 403',
      'without the claim tier: 401',
      'without a recent or strong login: 401',
    ]);
    expect(titles(app, '/reports/welcome')).toEqual(BAD_TOKENS);
    expect(titles(app, '/reports/open')).toEqual([]);
    // Not without the claim permissions: the required permission meets the requirement.
    expect(titles(app, '/reports/:id/parts/:part')).toEqual([
      ...ofToken,
      'without the scope read:part: 403',
      'without the scope read:reports: 403',
    ]);
  });

  it('takes away the scopes that imply a missing one', async () => {
    const impliedScopes = { 'read:all': ['read:reports'] };
    const fixture = await start({ options: { impliedScopes } });
    expect(titles(fixture.app, '/reports/feed')).toContain('without the scope read:reports: 403');
    expect(await failures(fixture)).toEqual([]);
  });

  it.each(ADAPTERS)('fills in the parameters of a path, on %s', async (adapter) => {
    const fixture = await start({
      adapter,
      setup: (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
      },
    });
    const requests = denialCases(fixture.app).map(({ method, path }) => `${method} ${path}`);
    expect(requests).toContain('GET /api/v2/reports/1/parts/1');
    expect(requests).toContain('GET /api/v2/reports/files/1');
    expect(requests.filter((request) => /[:*{]/.test(request))).toEqual([]);
    expect(await failures(fixture)).toEqual([]);
  });

  it.each<[string, Partial<FixtureOptions>]>([
    ['the rules of the contract, on Fastify', { adapter: 'Fastify', controllers: CONTROLLERS }],
    ['the rules of the contract, on Express', { adapter: 'Express', controllers: CONTROLLERS }],
    ["claimFailure: 'insufficient_scope'", { options: { claimFailure: 'insufficient_scope' } }],
    ['other grantClaims', { options: { grantClaims: ['permissions'] } }],
    [
      'DPoP that is required, with nonces',
      {
        options: {
          publicUrl: 'https://api.example.com',
          dpop: { mode: 'required', nonceSecret: 'n'.repeat(32) },
        },
      },
    ],
  ])('expects what an application does with %s', async (_, options) => {
    const fixture = await start(options);
    expect(denialCases(fixture.app).length).toBeGreaterThan(10);
    expect(await failures(fixture)).toEqual([]);
  });

  it('expects it with the profile and the secret of a test issuer that is connected', async () => {
    const own = await createTestIssuer({ secret: 'a secret of thirty-two bytes, now' });
    const fixture = await start({
      options: { profile: 'rfc9068' },
      override: (builder) => own.useFor(builder),
    });
    expect(await failures(fixture)).toEqual([]);
    await own.close();
  });

  it('finds an application that lets requests in, by every case', async () => {
    const fixture = await start({
      override: (builder) =>
        builder.overrideProvider(AccessTokenGuard).useValue({ canActivate: () => true }),
    });
    expect(await failures(fixture)).toHaveLength(denialCases(fixture.app).length);
  });

  it('says what to do for an application without a test issuer', async () => {
    const { app } = await start({ override: (builder) => fakeAccessToken().useFor(builder) });
    expect(() => denialCases(app)).toThrow(/^denialCases\(\): .* issuer\.useFor\(/);
  });
});
