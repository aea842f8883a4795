import { Clock } from '../../src/auth/clock.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { FakeClock } from './support/fake-clock.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from './support/fixture.js';
import { CONTROLLERS } from './support/routes.controller.js';

const SECOND = 1000;
const PATH = '/routes/closed';

let clock: FakeClock;
let issuer: TestIssuer;
let fixture: Fixture;

beforeEach(async () => {
  clock = new FakeClock();
  issuer = await createTestIssuer({ now: clock.now });
});

afterEach(async () => {
  await fixture.close();
  await issuer.close();
});

async function start(adapter: FixtureOptions['adapter'], options: FixtureOptions['options']) {
  fixture = await startFixture({
    adapter,
    issuer,
    controllers: CONTROLLERS,
    options: { jwksUri: issuer.jwksUri, ...options },
    override: (builder) => builder.overrideProvider(Clock).useValue(clock),
  });
}

const get = (token: string) => fixture.get(PATH, token);
const nowSec = () => clock.now() / 1000;

describe.each(ADAPTERS)('the profile rfc9068 on %s', (adapter) => {
  const CLAIMS = { client_id: 'client', jti: 'one' };
  const mint = (claims: object = {}, header: object = {}) =>
    issuer.mint({ ...CLAIMS, ...claims }, { typ: 'at+jwt', ...header });

  beforeEach(() => start(adapter, { profile: 'rfc9068' }));

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+JWT'])(
    'accepts the type %s',
    async (typ) => {
      expect((await get(mint({}, { typ }))).status).toBe(200);
    },
  );

  it.each([['JWT'], [undefined], ['jwt'], ['at+jws'], ['']])(
    'refuses the type %j (RFC 9068 §4)',
    async (typ) => {
      expectRefusal(await get(mint({}, { typ })), { status: 401, code: 'type_not_allowed' });
    },
  );

  it.each([
    ['iss', 'issuer_mismatch'],
    ['aud', 'audience_mismatch'],
    ['exp', 'claim_invalid'],
    ['sub', 'claim_invalid'],
    ['client_id', 'claim_invalid'],
    ['iat', 'claim_invalid'],
    ['jti', 'claim_invalid'],
  ])('requires %s (RFC 9068 §2.2)', async (claim, code) => {
    expectRefusal(await get(mint({ [claim]: undefined })), { status: 401, code });
  });

  it.each([
    ['sub', ''],
    ['client_id', ''],
    ['client_id', 7],
    ['jti', ''],
    ['jti', null],
    ['iat', '1'],
    ['iat', null],
  ])('refuses %s: %j', async (claim, value) => {
    const code = 'claim_invalid';
    expectRefusal(await get(mint({ [claim]: value })), { status: 401, code });
  });
});

describe.each(ADAPTERS)('maxTokenAgeSec on %s', (adapter) => {
  const DAY = 86_400;
  const mint = (claims: object = {}) => issuer.mint({ exp: nowSec() + 30 * DAY, ...claims });

  beforeEach(() => start(adapter, { maxTokenAgeSec: 600 }));

  it('refuses a token that is older, although it has not expired', async () => {
    expect((await get(mint({ iat: nowSec() - 604 }))).status).toBe(200);
    const code = 'token_expired';
    expectRefusal(await get(mint({ iat: nowSec() - 605 })), { status: 401, code });
  });

  it('refuses it from that moment, known or not', async () => {
    const token = mint();
    expect((await get(token)).status).toBe(200);
    clock.sleep(605 * SECOND - 1);
    expect((await get(token)).status).toBe(200);
    clock.sleep(1);
    expectRefusal(await get(token), { status: 401, code: 'token_expired' });
  });

  it.each([[undefined], ['1'], [null], [{}]])('refuses iat: %j', async (iat) => {
    expectRefusal(await get(mint({ iat })), { status: 401, code: 'claim_invalid' });
  });

  it('refuses a token that was issued in the future, which would be young for longer', async () => {
    expect((await get(mint({ iat: nowSec() + 5 }))).status).toBe(200);
    const code = 'token_not_active';
    expectRefusal(await get(mint({ iat: nowSec() + 6 })), { status: 401, code });
  });
});

describe.each(ADAPTERS)('without either option on %s', (adapter) => {
  it('a token needs no iat, jti or client_id', async () => {
    await start(adapter, {});
    expect((await get(issuer.mint({ iat: undefined }))).status).toBe(200);
    expect((await get(issuer.mint({ iat: 'yesterday', jti: 7, client_id: [] }))).status).toBe(200);
  });
});

describe('the options', () => {
  it.each([
    ['profile', { profile: 'RFC9068' }],
    ['profile', { profile: null }],
    ['maxTokenAgeSec', { maxTokenAgeSec: 0 }],
    ['maxTokenAgeSec', { maxTokenAgeSec: '600' }],
    ['maxTokenAgeSec', { maxTokenAgeSec: Number.NaN }],
  ])('%s: %j stop the start', async (option, options) => {
    await expect(start('Fastify', options as never)).rejects.toThrow(
      `AuthModule: the option ${option} `,
    );
    await start('Fastify', {});
  });
});
