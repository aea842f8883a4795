import { Controller, Get, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  createTestIssuer,
  createTestKey,
  signCompactJws,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import {
  AccessRules,
  check,
  Claim,
  type RequestAuth,
  resolveAuthOptions,
  Scopes,
  TrustedIssuers,
} from '../../../src/auth/index.js';
import { AccessTokenStrategy } from '../../../src/auth/access-token.strategy.js';
import { Clock } from '../../../src/auth/clock.js';
import { type ExpectedRefusal, expectRefusal } from '../../support/refusal.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';
import { lacksScope, REFUSED } from './case.js';

const PATH = '/routes/closed';

const heads: RequestAuth['header'][] = [];

@Controller('edges')
class EdgesController {
  @Get('head')
  head(@Req() { auth }: { auth: RequestAuth }) {
    heads.push(auth.header);
    return {};
  }

  @Get('wordless')
  @Claim(
    check(() => {
      throw new RangeError();
    }),
  )
  wordless() {
    return {};
  }
}

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
      controllers: [...CONTROLLERS, EdgesController],
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

  it('a token that is known already is refused as well once the issuer spells itself otherwise', async () => {
    await start({ options: { jwksMaxAgeSec: 60 } });
    const token = issuer.mint();
    expect(await fixture.get(PATH, token)).toMatchObject({ status: 200 });
    const spelling = issuer.url.slice(0, -1);
    issuer.fail((_request, response) => {
      const document = { issuer: spelling, jwks_uri: issuer.jwksUri, keys: issuer.published };
      response.end(JSON.stringify(document));
    });
    clock.advance(48_000);
    const deadline = Date.now() + 5000;
    while (fixture.app.get(TrustedIssuers).status()[0]!.issuer !== spelling) {
      if (Date.now() > deadline) throw new Error('The keys were not refreshed.');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expectRefusal(await fixture.get(PATH, token), REFUSED.issuer);
    const respelt = issuer.mint({ iss: spelling });
    expect(await fixture.get(PATH, respelt)).toMatchObject({ status: 200 });
  });

  it('a token that expires while the keys are waited for is refused', async () => {
    issuer.fail('down');
    await start({ options: { jwksUri: issuer.jwksUri } });
    const token = issuer.mint({ exp: clock.now() / 1000 + 60 });
    expectRefusal(await fixture.get(PATH, token), { status: 503, code: 'keys_unavailable' });
    issuer.fail((_request, response) => {
      clock.sleep(65_000);
      response.end(JSON.stringify({ keys: issuer.published }));
    });
    clock.sleep(5000);
    expectRefusal(await fixture.get(PATH, token), REFUSED.expired);
  });

  it('nobody passes where Passport says no and gives no reason', async () => {
    await start();
    fixture.app.get(AccessTokenStrategy).authenticate = function () {
      this.fail();
    };
    const answer = await fixture.get(PATH, issuer.mint());
    expectRefusal(answer, REFUSED.missing);
  });

  it('the header of tokens that begin alike is read once, whatever refused ones come between', async () => {
    await start();
    heads.length = 0;
    const stranger = await createTestKey('RS256', issuer.key.kid);
    const header = { alg: 'RS256', kid: stranger.kid, x: 'y' };
    const refused: [string, ExpectedRefusal][] = [
      [signCompactJws(header, { iss: issuer.url }, stranger.privateKey), REFUSED.signature],
      [issuer.mint({ exp: 1 }, { typ: 'at+jwt' }), REFUSED.expired],
      [issuer.mint({ aud: 'other' }, { typ: 'at+jwt' }), REFUSED.audience],
    ];
    for (const [token, refusal] of refused) {
      expectRefusal(await fixture.get(PATH, token), refusal);
      const good = issuer.mint({ sub: refusal.code });
      expect(await fixture.get('/edges/head', good)).toMatchObject({ status: 200 });
    }
    await issuer.rotate();
    clock.advance(480_000);
    const other = issuer.mint({ jti: 'd' });
    expect(await fixture.get('/edges/head', other)).toMatchObject({ status: 200 });
    const [a, b, c, d] = heads;
    expect([a, b, c].map((head) => head === a)).toEqual([true, true, true]);
    expect(d).toEqual({ alg: 'RS256', typ: 'JWT', kid: issuer.key.kid });
  });

  it('a request that cannot carry the token is a 500 and never passes', async () => {
    await start({
      setup: (app) => {
        const seal = (request: object) => Object.defineProperty(request, 'auth', { value: 'own' });
        if (adapter === 'Express') {
          app.use((request: object, _response: unknown, next: () => void) => {
            seal(request);
            next();
          });
        } else {
          const fastify = (app as NestFastifyApplication).getHttpAdapter().getInstance();
          fastify.addHook('onRequest', async (request) => {
            seal(request);
          });
        }
      },
    });
    const token = issuer.mint();
    // The second time, the token is known.
    for (const answer of [await fixture.get(PATH, token), await fixture.get(PATH, token)]) {
      expect(answer.status).toBe(500);
      expect(answer.json).toEqual({ statusCode: 500, message: 'Internal server error' });
    }
    expectRefusal(await fixture.get(PATH), REFUSED.missing);
  });

  it.each<[string, unknown, string, ExpectedRefusal]>([
    ['scope', 'read:messages', '/routes/scope', lacksScope('read:messages')],
    ['permissions', ['read:messages'], '/routes/permissions', lacksScope('read:messages')],
    ['isAdmin', true, '/routes/claim', REFUSED.requirement],
    ['exp', 1e12, PATH, REFUSED.claim],
    ['alg', 'RS256', PATH, REFUSED.malformed],
  ])(
    '%s of every object, as a library may have put it there, is none of a token',
    async (name, value, path, refusal) => {
      await start();
      expect(await fixture.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
      const token = issuer.mint({ jti: 'bare', [name]: undefined }, { [name]: undefined });
      // oxlint-disable-next-line no-extend-native -- the test is of what such a library does
      Object.defineProperty(Object.prototype, name, { value, configurable: true });
      try {
        expectRefusal(await fixture.get(path, token), refusal);
      } finally {
        Reflect.deleteProperty(Object.prototype, name);
      }
    },
  );

  it('an exception without a word is logged by its name', async () => {
    await start();
    expectRefusal(await fixture.get('/edges/wordless', issuer.mint()), REFUSED.requirement);
    expect(fixture.log.starting('Refused')).toEqual([
      expect.objectContaining({ code: 'claim_requirement', cause: 'RangeError' }),
    ]);
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
