import { Controller, Get } from '@nestjs/common';
import { Claim, Public, Scopes, StepUp } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { FakeClock } from './support/fake-clock.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';

const MFA = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

@Controller('step-up')
class StepUpController {
  @Get('recent')
  @StepUp({ maxAgeSec: 300 })
  recent() {
    return {};
  }

  @Get('strong')
  @StepUp({ acr: [MFA, 'urn:example:gold'], message: 'Log in with a second factor' })
  strong() {
    return {};
  }

  @Get('means')
  @StepUp({ amr: ['mfa', 'hwk'] })
  means() {
    return {};
  }

  @Get('transfer')
  @Scopes('transfer')
  @Claim('isCustomer', true)
  @StepUp({ maxAgeSec: 60, acr: [MFA], amr: ['mfa'] })
  transfer() {
    return {};
  }
}

@Controller('strict')
@StepUp({ maxAgeSec: 300 })
class StrictController {
  @Get('both')
  @StepUp({ acr: [MFA] })
  both() {
    return {};
  }

  @Get('open')
  @Public()
  open() {
    return {};
  }
}

describe.each(ADAPTERS)('@StepUp() on %s (RFC 9470)', (adapter) => {
  const clock = new FakeClock();
  const now = clock.now() / 1000;
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer({ now: clock.now });
    const controllers = [StepUpController, StrictController];
    fixture = await startFixture({ adapter, issuer, clock, controllers });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const get = (path: string, claims: Record<string, unknown>) =>
    fixture.get(path, issuer.mint(claims));

  it.each([
    ['recent', 'a login now', { auth_time: now }],
    ['recent', 'a login 300 seconds ago', { auth_time: now - 300 }],
    ['recent', 'a login within the clock tolerance', { auth_time: now - 305 }],
    ['recent', 'a login by a clock that is ahead within the tolerance', { auth_time: now + 5 }],
    ['strong', 'the first acr', { acr: MFA }],
    ['strong', 'the second acr', { acr: 'urn:example:gold' }],
    ['means', 'every amr, in any order, and more', { amr: ['hwk', 'pwd', 'mfa'] }],
  ])('%s accepts %s', async (path, _, claims) => {
    expect(await get(`/step-up/${path}`, claims)).toMatchObject({ status: 200 });
  });

  const TOO_OLD = 'The login is not recent or not strong enough.';
  const recent = { description: TOO_OLD, parameters: ', max_age="300"' };
  const strong = {
    description: 'Log in with a second factor',
    parameters: `, acr_values="${MFA} urn:example:gold"`,
  };
  const means = { description: TOO_OLD, parameters: '' };

  it.each<[string, string, Record<string, unknown>, { description: string; parameters: string }]>([
    ['recent', 'a login 306 seconds ago', { auth_time: now - 306 }, recent],
    ['recent', 'a login in the future', { auth_time: now + 6 }, recent],
    ['recent', 'no auth_time', {}, recent],
    ['recent', 'an auth_time that is a string', { auth_time: String(now) }, recent],
    ['recent', 'an auth_time of null', { auth_time: null }, recent],
    ['strong', 'another acr', { acr: 'urn:example:bronze' }, strong],
    ['strong', 'no acr', {}, strong],
    ['strong', 'an array in place of acr', { acr: [MFA] }, strong],
    ['means', 'one amr missing', { amr: ['mfa', 'pwd'] }, means],
    ['means', 'no amr', {}, means],
    ['means', 'a string in place of amr', { amr: 'mfa hwk' }, means],
  ])('%s refuses %s', async (path, _, claims, { description, parameters }) => {
    const answer = await get(`/step-up/${path}`, claims);
    expectRefusal(answer, {
      status: 401,
      error: 'insufficient_user_authentication',
      code: 'authentication_insufficient',
      description,
      parameters,
    });
  });

  it('names all of its requirements in one challenge (§3)', async () => {
    const answer = await get('/step-up/transfer', { scope: 'transfer', isCustomer: true });
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", ' +
        `error_description="${TOO_OLD}", acr_values="${MFA}", max_age="60"`,
    );
  });

  it('is checked after scopes and claims, where a new login would not help', async () => {
    const scopeMissing = await get('/step-up/transfer', { isCustomer: true });
    expect(scopeMissing).toMatchObject({ status: 403, json: { code: 'insufficient_scope' } });
    const claimMissing = await get('/step-up/transfer', { scope: 'transfer' });
    expect(claimMissing).toMatchObject({ status: 401, json: { code: 'claim_requirement' } });
  });

  it('adds to that of the controller', async () => {
    const challengeFor = async (claims: Record<string, unknown>) =>
      (await get('/strict/both', claims)).headers['www-authenticate'];
    expect(await challengeFor({ auth_time: now })).toContain(`acr_values="${MFA}"`);
    expect(await challengeFor({ acr: MFA })).toContain('max_age="300"');
    expect(await get('/strict/both', { acr: MFA, auth_time: now })).toMatchObject({ status: 200 });
  });

  it('on a controller does not close a public method', async () => {
    expect(await fixture.get('/strict/open')).toMatchObject({ status: 200 });
  });

  it('asks for a token when there is none', async () => {
    expectRefusal(await fixture.get('/step-up/recent'), { status: 401 });
  });

  it('logs what was required and what came', async () => {
    await get('/step-up/recent', { auth_time: now - 1000, sub: 'late' });
    expect(fixture.log.text()).toContain('authentication_insufficient');
    expect(fixture.log.text()).toContain(String(now - 1000));
  });
});

describe('The option stepUpClaims', () => {
  it('names the claims of an issuer that cannot use the standard ones', async () => {
    const issuer = await createTestIssuer();
    const fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      controllers: [StepUpController],
      options: {
        stepUpClaims: { authTime: 'https://api.example.com/auth_time', amr: ['login', 'amr'] },
      },
    });
    const get = (path: string, claims: object) => fixture.get(path, issuer.mint({ ...claims }));
    const now = Math.floor(Date.now() / 1000);
    const named = { 'https://api.example.com/auth_time': now };
    expect(await get('/step-up/recent', named)).toMatchObject({ status: 200 });
    expect(await get('/step-up/recent', { auth_time: now })).toMatchObject({ status: 401 });
    const nested = { login: { amr: ['mfa', 'hwk'] } };
    expect(await get('/step-up/means', nested)).toMatchObject({ status: 200 });
    await fixture.close();
    await issuer.close();
  });
});

describe('@StepUp() throws, naming the route,', () => {
  it.each<[string, Parameters<typeof StepUp>[0], RegExp]>([
    ['without a requirement', {}, /on Rec\.read: name maxAgeSec, acr or amr/],
    ['for a negative age', { maxAgeSec: -1 }, /maxAgeSec must be a whole number of seconds/],
    ['for a fraction', { maxAgeSec: 0.5 }, /maxAgeSec must be a whole number of seconds/],
    ['for an empty list', { acr: [] }, /acr must be an array/],
    ['for a space in a value', { amr: ['a b'] }, /amr must be an array/],
    ['for a message that breaks the header', { maxAgeSec: 1, message: 'a"b' }, /the message/],
  ])('%s', (_, options, error) => {
    class Rec {
      read() {}
    }
    const apply = () =>
      StepUp(options)(
        Rec.prototype,
        'read',
        Object.getOwnPropertyDescriptor(Rec.prototype, 'read')!,
      );
    expect(apply).toThrow(error);
  });
});
