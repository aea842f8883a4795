import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import {
  AccessRules,
  resolveAuthOptions,
  Scopes,
  TrustedIssuers,
} from '../../../src/auth/index.js';
import { Clock } from '../../../src/auth/clock.js';
import { expectRefusal } from '../../support/refusal.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';
import { REFUSED } from './case.js';

const PATH = '/routes/closed';

describe.each(ADAPTERS)('at the edges, on %s,', (adapter) => {
  const clock = new FakeClock();
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeEach(async () => {
    issuer = await createTestIssuer({ now: clock.now });
  });

  afterEach(async () => {
    await fixture.close();
    await issuer.close();
  });

  async function start(options: Partial<FixtureOptions> = {}): Promise<void> {
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: CONTROLLERS,
      override: (builder) => builder.overrideProvider(Clock).useValue(clock),
      ...options,
    });
  }

  it('a token that spells its issuer as configured is refused once the issuer spells itself otherwise', async () => {
    issuer.fail('down');
    const configured = issuer.url.slice(0, -1);
    await start({ options: { issuer: configured } });
    const [status] = fixture.app.get(TrustedIssuers).status();
    expect(status).toMatchObject({ issuer: configured });
    const token = issuer.mint({ iss: configured });
    expectRefusal(await fixture.get(PATH, token), { status: 503, code: 'keys_unavailable' });
    issuer.recover();
    // This request fetches the document, and with it the spelling that counts.
    clock.sleep(5000);
    expectRefusal(await fixture.get(PATH, token), REFUSED.issuer);
    expect(await fixture.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
  });

  it('a request whose raw headers are not there at all has a token or none', async () => {
    await start({
      setup: (app) => {
        app.use((request: { rawHeaders?: string[] }, _response: unknown, next: () => void) => {
          Object.defineProperty(request, 'rawHeaders', { value: undefined });
          next();
        });
      },
    });
    expect(await fixture.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
    expectRefusal(await fixture.get(PATH), REFUSED.missing);
  });

  it('a refusal is the same where the log wants no lines about it', async () => {
    await start();
    fixture.log.clear();
    fixture.app.useLogger(['fatal']);
    expectRefusal(await fixture.get(PATH, issuer.mint({ exp: 1 })), REFUSED.expired);
    expectRefusal(await fixture.get(PATH), REFUSED.missing);
    // Nest keeps the levels for the whole process.
    fixture.app.useLogger(['fatal', 'error', 'warn', 'log', 'debug', 'verbose']);
    expect(fixture.log.starting('Refused')).toEqual([]);
  });

  it('the rules of a controller that no module has are those that it states', async () => {
    await start();
    class UnlistedController {
      list() {}
    }
    const method = Object.getOwnPropertyDescriptor(UnlistedController.prototype, 'list')!;
    const list = method.value as () => void;
    Scopes('read:unlisted')(UnlistedController.prototype, 'list', method);
    const rules = fixture.app.get(AccessRules);
    const rule = rules.of(UnlistedController, list);
    expect(rule).toMatchObject({ access: 'token', scopes: [{ scopes: ['read:unlisted'] }] });
    expect(rules.of(UnlistedController, list)).toBe(rule);
  });
});

describe('the options', () => {
  it.each([undefined, null, 7, 'https://issuer.example/'])(
    'stop the start with a sentence when they are %j',
    (options) => {
      expect(() => resolveAuthOptions(options as never)).toThrow(
        new TypeError('AuthModule: give it options: at least an issuer and an audience.'),
      );
    },
  );
});
