import { Controller, Get, Req } from '@nestjs/common';
import { jest } from '@jest/globals';
import { AccessTokenStrategy } from '../../../src/auth/access-token.strategy.js';
import { Clock } from '../../../src/auth/clock.js';
import { type RequestAuth, Scopes } from '../../../src/auth/index.js';
import { TrustedIssuers } from '../../../src/auth/keys/trusted-issuers.js';
import {
  createTestIssuer,
  createTestKey,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { expectRefusal } from '../../support/refusal.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from '../support/fixture.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The current key set of the only issuer. */
interface Internals {
  issuers: [{ keys: { set: { fetchedAt: number } } }];
}

@Controller()
class MailboxController {
  @Get('open-to-tokens')
  open() {
    return {};
  }

  @Get('scoped')
  @Scopes('read:mail')
  scoped() {
    return {};
  }

  @Get('change')
  change(@Req() { auth, user }: { auth: RequestAuth; user: Record<string, unknown> }) {
    const attempts = [
      () => (user.sub = 'admin'),
      () => (user.isAdmin = true),
      () => (auth.scopes as string[]).push('read:mail'),
      () => (user.address as string[]).push('x'),
      () => Object.assign(auth, { payload: {} }),
    ];
    const thrown = attempts.filter((attempt) => {
      try {
        attempt();
        return false;
      } catch {
        return true;
      }
    });
    return { refused: thrown.length, of: attempts.length, sub: user.sub };
  }
}

describe.each(ADAPTERS)('the cache of verified tokens on %s', (adapter) => {
  let clock: FakeClock;
  let issuer: TestIssuer;
  let fixture: Fixture;
  /** Called once for every token that is verified. */
  let verifications: jest.SpiedFunction<AccessTokenStrategy['validate']>;

  beforeEach(async () => {
    clock = new FakeClock();
    issuer = await createTestIssuer({ now: clock.now });
    verifications = jest.spyOn(AccessTokenStrategy.prototype, 'validate');
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await fixture.close();
    await issuer.close();
  });

  async function start(options: FixtureOptions['options'] = {}) {
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: [MailboxController],
      options: { jwksUri: issuer.jwksUri, ...options },
      override: (builder) => builder.overrideProvider(Clock).useValue(clock),
    });
  }

  const get = (token: string, path = '/open-to-tokens') => fixture.get(path, token);
  /** Waits for the refresh that the clock has started. */
  async function refreshed(): Promise<void> {
    const { issuers } = fixture.app.get<Internals>(TrustedIssuers);
    while (issuers[0].keys.set.fetchedAt !== clock.now()) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('verifies the signature of a token once', async () => {
    await start();
    const token = issuer.mint();
    for (let index = 0; index < 5; index++) expect((await get(token)).status).toBe(200);
    expect(verifications).toHaveBeenCalledTimes(1);
    expect((await get(issuer.mint({ jti: 'another' }))).status).toBe(200);
    expect(verifications).toHaveBeenCalledTimes(2);
  });

  it('can be turned off', async () => {
    await start({ tokenCache: false });
    const token = issuer.mint();
    await get(token);
    await get(token);
    expect(verifications).toHaveBeenCalledTimes(2);
  });

  it('refuses a cached token as soon as it has expired', async () => {
    await start();
    const exp = clock.now() / 1000 + 60;
    const token = issuer.mint({ exp });
    expect((await get(token)).status).toBe(200);
    clock.advance(65 * SECOND - 1);
    expect((await get(token)).status).toBe(200);
    clock.advance(1);
    expectRefusal(await get(token), { status: 401, code: 'token_expired' });
    expect(verifications).toHaveBeenCalledTimes(1);
  });

  it('does not keep a token that was refused', async () => {
    await start();
    const early = issuer.mint({ nbf: clock.now() / 1000 + 60 });
    expectRefusal(await get(early), { status: 401, code: 'token_not_active' });
    clock.advance(MINUTE);
    expect((await get(early)).status).toBe(200);
    expect(verifications).toHaveBeenCalledTimes(2);
  });

  it('checks the scopes of each route', async () => {
    await start();
    const token = issuer.mint();
    expect((await get(token)).status).toBe(200);
    const refusal = { status: 403, code: 'insufficient_scope', scope: 'read:mail' };
    expectRefusal(await get(token, '/scoped'), refusal);
    const granted = issuer.mint({ scope: 'read:mail' });
    expect((await get(granted, '/scoped')).status).toBe(200);
    expectRefusal(await get(token, '/scoped'), refusal);
  });

  it('tells tokens with the same header and payload apart by their signatures', async () => {
    await start();
    const [header, payload, signature] = issuer.mint().split('.') as [string, string, string];
    expect((await get(`${header}.${payload}.${signature}`)).status).toBe(200);
    const forged = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expectRefusal(await get(forged), { status: 401, code: 'signature_invalid' });
  });

  it('keeps a token after a refresh with the same key', async () => {
    await start();
    const token = issuer.mint();
    await get(token);
    await issuer.rotate();
    clock.advance(4 * MINUTE);
    expect((await get(token)).status).toBe(200);
    await get(issuer.mint());
    expect((await get(token)).status).toBe(200);
    expect(verifications).toHaveBeenCalledTimes(2);
  });

  it('drops the tokens of a key that was withdrawn', async () => {
    await start();
    const token = issuer.mint();
    expect((await get(token)).status).toBe(200);
    await issuer.rotate({ withdraw: true });
    clock.advance(8 * MINUTE);
    await refreshed();
    expectRefusal(await get(token), { status: 401, code: 'key_unknown' });
  });

  it('drops the tokens of a key that was replaced under its kid', async () => {
    await start();
    const token = issuer.mint();
    expect((await get(token)).status).toBe(200);
    const key = await createTestKey('RS256', issuer.key.kid);
    issuer.keys = [key];
    issuer.published = [key.jwk];
    clock.advance(8 * MINUTE);
    await refreshed();
    expectRefusal(await get(token), { status: 401, code: 'signature_invalid' });
  });

  it('does not outlive the keys during an outage', async () => {
    await start();
    const token = issuer.mint({ exp: 1e12 });
    expect((await get(token)).status).toBe(200);
    issuer.fail('down');
    clock.sleep(11 * MINUTE);
    expect((await get(token)).status).toBe(200);
    clock.sleep(24 * 60 * MINUTE);
    expectRefusal(await get(token), { status: 503, code: 'keys_unavailable' });
  });

  it('calls isRevoked on every request', async () => {
    const revoked = new Set<unknown>();
    await start({ isRevoked: ({ jti }) => revoked.has(jti) });
    const token = issuer.mint({ jti: 'mine' });
    expect((await get(token)).status).toBe(200);
    revoked.add('mine');
    expectRefusal(await get(token), { status: 401, code: 'token_revoked' });
    expect(verifications).toHaveBeenCalledTimes(1);
  });

  it('shares claims that no handler can change', async () => {
    await start();
    const token = issuer.mint({ address: ['home'] });
    for (let index = 0; index < 2; index++) {
      const { json } = await get(token, '/change');
      expect(json).toEqual({ refused: 5, of: 5, sub: 'auth0|test' });
    }
  });
});
