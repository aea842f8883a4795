import { join } from 'node:path';
import { applicationIn } from '../../../src/auth/doctor/application.js';
import { diagnose } from '../../../src/auth/doctor/diagnose.js';
import type { Diagnosis } from '../../../src/auth/doctor/diagnosis.js';
import type { RouteAccess } from '../../../src/auth/index.js';
import { trusted } from './support/app.module.js';
import { Examination } from './support/examination.js';

const given = new Examination();
let routes: readonly RouteAccess[];

beforeAll(async () => {
  Object.assign(trusted, { issuer: given.issuer.url, audience: given.issuer.audience });
  const application = applicationIn(join(import.meta.dirname, 'support/app.module.ts'));
  routes = await application.routes!();
  await application.close!();
});

/** What the doctor says about a route, for a token with these claims or for none. */
async function examine(
  route: string,
  claims?: object,
): Promise<Pick<Diagnosis, 'ok' | 'verdict' | 'steps'>> {
  const token = claims && given.issuer.mint({ ...claims });
  const { steps, ok, verdict } = await given.diagnose({}, { route, token, routes: () => routes });
  return { ok, verdict, steps: steps.filter(({ section }) => section === 'route') };
}

const ACCEPTED = 'The API accepts this token.';

describe('A route', () => {
  it.each<[string, string, object | undefined, boolean, string]>([
    ['is public', 'GET /api/public', undefined, true, 'GET /api/public needs none.'],
    ['is public', 'GET /api/public', {}, true, `${ACCEPTED} GET /api/public needs none.`],
    ['is public', 'GET /api/public', { exp: 1 }, false, 'GET /api/public needs none.'],
    ['is optional', 'GET /api/optional', undefined, true, 'GET /api/optional needs none.'],
    ['is optional', 'GET /api/optional', {}, true, `${ACCEPTED} It may call GET /api/optional.`],
    ['is optional', 'GET /api/optional', { exp: 1 }, false, 'It may not call GET /api/optional.'],
    ['needs a token', 'GET /api/private', undefined, true, 'GET /api/private needs one.'],
    ['needs a token', 'GET /api/private', {}, true, `${ACCEPTED} It may call GET /api/private.`],
    ['needs a token', 'GET /api/private', { exp: 1 }, false, 'It may not call GET /api/private.'],
    [
      'needs scopes',
      'GET /api/messages',
      { scope: 'read:messages list:messages' },
      true,
      `${ACCEPTED} It may call GET /api/messages.`,
    ],
    ['needs scopes', 'GET /api/messages', {}, false, 'It may not call GET /api/messages.'],
    [
      'needs one of two scopes',
      'POST /api/messages',
      { scope: 'admin' },
      true,
      `${ACCEPTED} It may call POST /api/messages.`,
    ],
    [
      'needs claims',
      'GET /api/claims',
      { tier: 'premium', realm: { roles: ['editor', 'admin'] } },
      true,
      `${ACCEPTED} It may call GET /api/claims.`,
    ],
    [
      'needs a recent login',
      'GET /api/transfer',
      { auth_time: Math.floor(Date.now() / 1000), amr: ['pwd', 'mfa'] },
      true,
      `${ACCEPTED} It may call GET /api/transfer.`,
    ],
    [
      'needs a recent login',
      'GET /api/transfer',
      { auth_time: 1, amr: ['mfa'] },
      false,
      'It may not call GET /api/transfer.',
    ],
    [
      'has a function',
      'GET /api/function',
      {},
      true,
      `${ACCEPTED} It may call GET /api/function if its function agrees.`,
    ],
  ])('that %s: %s, with the claims %j', async (_, route, claims, ok, verdict) => {
    const examined = await examine(route, claims);
    expect(examined.ok).toBe(ok);
    expect(examined.verdict).toContain(verdict);
  });

  it.each<[string, string]>([
    ['GET /api/messages/7', 'GET /api/messages/:id, RoutesController.get'],
    ['GET /api/messages/:id', 'GET /api/messages/:id, RoutesController.get'],
    ['/api/messages/', 'GET /api/messages, RoutesController.list'],
    ['HEAD /api/messages', 'GET /api/messages, RoutesController.list'],
  ])('is found as %s', async (request, found) => {
    const { steps } = await examine(request);
    expect(steps[0]).toEqual({ section: 'route', name: 'route', status: 'ok', actual: found });
  });

  it('may not be the only one that matches', async () => {
    const { steps } = await examine('get /api/messages/latest?limit=1');
    expect(steps[0]).toMatchObject({
      actual: 'GET /api/messages/latest, RoutesController.latest',
      details: [
        'also matches, and answers on Express if it is declared first: GET /api/messages/:id',
      ],
    });
  });

  it.each<[string, string]>([
    ['GET /api/mesages', 'GET /api/messages; POST /api/messages; GET /api/claims'],
    ['DELETE /api/messages', 'GET /api/messages; POST /api/messages; GET /api/messages/:id'],
  ])('that does not exist is answered with the nearest: %s', async (request, nearest) => {
    expect(await examine(request)).toEqual({
      ok: false,
      verdict: 'The API can verify access tokens. There is no such route.',
      steps: [
        {
          section: 'route',
          name: 'route',
          status: 'failed',
          actual: `no such route: ${request}`,
          advice: `The nearest are: ${nearest}.`,
        },
      ],
    });
  });

  it('of the adapter itself is open, for the reason that the application gives', async () => {
    const nothing = { scopes: [], claims: [], stepUp: [] };
    const docs = { method: 'GET', path: '/docs/*', access: 'raw', ...nothing } as const;
    const reasons = [{ ...docs, reason: 'API reference' }, docs].map(async (route) => {
      const diagnosis = await given.diagnose({}, { route: 'GET /docs/a/b', routes: () => [route] });
      expect(diagnosis.verdict).toContain('GET /docs/* needs none.');
      return diagnosis.steps.at(-1)!.actual;
    });
    expect(await Promise.all(reasons)).toEqual([
      'open: no guard covers it (API reference)',
      'open: no guard covers it (no reason is given)',
    ]);
  });

  it('that handles every method is found with any of them', async () => {
    const nothing = { scopes: [], claims: [], stepUp: [] };
    const any = { method: 'ALL', path: '/a', access: 'public', ...nothing } as const;
    const diagnosis = await given.diagnose({}, { route: 'PUT /a', routes: () => [any] });
    expect(diagnosis.ok).toBe(true);
  });
});

describe('What a token lacks for a route', () => {
  it('is a login that is recent or strong enough', async () => {
    const { steps } = await examine('GET /api/transfer', { auth_time: 1 });
    expect(steps.at(-1)).toMatchObject({
      name: 'login',
      status: 'failed',
      code: 'authentication_insufficient',
      expected: 'auth_time at most 300 s ago, amr mfa',
      actual: 'auth_time is 1, amr is none',
    });
  });

  it('is each scope', async () => {
    const { steps } = await examine('GET /api/messages', { scope: 'read:messages' });
    expect(steps.slice(1)).toEqual([
      {
        section: 'route',
        name: 'access',
        status: 'ok',
        expected: 'a valid token',
        actual: 'a valid token',
      },
      {
        section: 'route',
        name: 'scopes',
        status: 'failed',
        code: 'insufficient_scope',
        expected: 'read:messages and list:messages, granted by scope or scp',
        actual: 'read:messages',
        advice:
          'Missing: list:messages. Define it for the API at the issuer, allow it to the user or ' +
          'the client, and request it with scope.',
      },
    ]);
  });

  it.each<[string, object, string, string]>([
    ['POST /api/messages', {}, 'no scopes', 'Missing: write:messages or admin. '],
    [
      'POST /api/messages',
      { permissions: ['write:messages', 'admin'] },
      'no scopes',
      'The claim permissions has it: add permissions to the option grantClaims.',
    ],
    [
      'GET /api/permissions',
      { scope: 'read:admin', permissions: ['read:other'] },
      'read:other',
      'The claim scope has it: add scope to the option from of the decorator.',
    ],
  ])('is a scope of %s with the claims %j', async (route, claims, actual, advice) => {
    const { steps } = await examine(route, claims);
    expect(steps.at(-1)).toMatchObject({
      status: 'failed',
      actual,
      advice: expect.stringContaining(advice),
    });
  });

  it('is each claim', async () => {
    const { steps } = await examine('GET /api/claims', { realm: { roles: ['admin'] } });
    const failed = { section: 'route', name: 'claim', status: 'failed', code: 'claim_requirement' };
    const advice =
      'Let the issuer put this claim into the access token of those who may call the route.';
    expect(steps.slice(2)).toEqual([
      { ...failed, advice, expected: 'tier = "premium"', actual: 'tier is missing' },
      {
        ...failed,
        advice,
        expected: 'realm.roles includes "admin" and "editor"',
        actual: 'realm.roles is admin',
      },
    ]);
  });

  it.each([
    ['premium', 'tier is "premium"'],
    [true, 'tier is true'],
    ['true', 'tier is "true"'],
  ])('is shown with its type: %j', async (tier, actual) => {
    const { steps } = await examine('GET /api/claims', { tier });
    expect(steps[2]!.actual).toBe(actual);
  });

  it('is not known where a function decides', async () => {
    const { steps } = await examine('GET /api/function', {});
    expect(steps.at(-1)).toEqual({
      section: 'route',
      name: 'claim',
      status: 'skipped',
      actual: 'not checked: a function decides',
      details: ['Premium tier required'],
    });
  });

  it('is not known without a token', async () => {
    const { steps } = await examine('GET /api/claims');
    expect(steps.slice(1).map(({ status, actual }) => [status, actual])).toEqual([
      ['skipped', 'no token was given'],
      ['skipped', 'not checked: needs tier = "premium"'],
      ['skipped', 'not checked: needs realm.roles includes "admin" and "editor"'],
    ]);
  });
});

describe('A route with an audience of its own', () => {
  const audience = 'https://api.example.com/mcp';
  const nothing = { scopes: [], claims: [], stepUp: [] };
  const route = { method: 'POST', path: '/mcp', access: 'token' as const, audience, ...nothing };
  const examineMcp = (aud: string) =>
    given.diagnose(
      {},
      { route: 'POST /mcp', token: given.issuer.mint({ aud }), routes: () => [route] },
    );

  it('accepts tokens for it', async () => {
    expect((await examineMcp(audience)).verdict).toBe(`${ACCEPTED} It may call POST /mcp.`);
  });

  it('says which audience to request where a token is for the API', async () => {
    const { steps } = await examineMcp(given.issuer.audience);
    expect(steps.find(({ code }) => code === 'audience_mismatch')?.advice).toBe(
      `The route takes no tokens for ${given.issuer.audience}, only those of its @Audience(): ` +
        `request a token with audience=${audience}.`,
    );
  });
});

describe('The application in a file', () => {
  const file = (name: string) => applicationIn(join(import.meta.dirname, 'support', name));

  it('may be the default export, a function that returns it', async () => {
    const { options, routes: of, close } = file('create-app.ts');
    const { steps, ok } = await diagnose({ options, routes: of, route: 'GET /v1/api/private' });
    await close!();
    expect(steps.at(-2)).toMatchObject({
      name: 'route',
      status: 'ok',
      actual: 'GET /v1/api/private, RoutesController.private',
    });
    expect(ok).toBe(true);
  });

  it.each([
    ['does not exist', 'missing.ts', /Cannot find module/],
    ['does not export an application', 'examination.ts', /does not export AppModule\. Name/],
  ])('is reported when it %s', async (_, name, reason) => {
    const { steps } = await diagnose(file(name));
    expect(steps).toEqual([
      {
        section: 'configuration',
        name: 'options',
        status: 'failed',
        details: [expect.stringMatching(reason)],
      },
    ]);
  });

  it('that does not start has routes that are not known', async () => {
    const failing = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const { steps } = await given.diagnose({}, { route: 'GET /', routes: failing });
    expect(steps.at(-1)).toEqual({
      section: 'route',
      name: 'route',
      status: 'failed',
      actual: 'the application does not start: connect ECONNREFUSED',
    });
  });

  it('is needed for a route', async () => {
    const { steps } = await given.diagnose({}, { route: 'GET /' });
    expect(steps.at(-1)).toMatchObject({
      status: 'failed',
      actual: 'the routes of the application are not known',
    });
  });
});
