import { ACCEPTED, IssuerFixture, SECOND } from './support/issuer-fixture.js';

const fixture = new IssuerFixture();

const refused = (code: string) => ({ status: 401, code });

/** The time of the fixture's clock in seconds. */
const now = () => fixture.clock.now() / 1000;

describe("profile: 'rfc9068'", () => {
  const mint = (claims: object = {}, header: object = {}) =>
    fixture.mint({ client_id: 'client', jti: 'one', ...claims }, { typ: 'at+jwt', ...header });

  beforeEach(() => fixture.start({ profile: 'rfc9068' }));

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+JWT'])(
    'accepts typ: %j',
    async (typ) => {
      expect(await fixture.verify(mint({}, { typ }))).toEqual(ACCEPTED);
    },
  );

  it.each([['JWT'], [undefined], ['jwt'], ['at+jws'], ['']])(
    'refuses typ: %j (RFC 9068 §4)',
    async (typ) => {
      expect(await fixture.verify(mint({}, { typ }))).toEqual(refused('type_not_allowed'));
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
    expect(await fixture.verify(mint({ [claim]: undefined }))).toEqual(refused(code));
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
    expect(await fixture.verify(mint({ [claim]: value }))).toEqual(refused('claim_invalid'));
  });
});

describe('maxTokenAgeSec: 600', () => {
  beforeEach(() => fixture.start({ maxTokenAgeSec: 600 }));

  it('refuses an older token although it has not expired', async () => {
    expect(await fixture.verify(fixture.mint({ iat: now() - 604 }))).toEqual(ACCEPTED);
    const old = fixture.mint({ iat: now() - 605 });
    expect(await fixture.verify(old)).toEqual(refused('token_expired'));
  });

  it('refuses a token from the cache when it gets older', async () => {
    const token = fixture.mint();
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    fixture.clock.sleep(605 * SECOND - 1);
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    fixture.clock.sleep(1);
    expect(await fixture.verify(token)).toEqual(refused('token_expired'));
  });

  it.each([[undefined], ['1'], [null], [{}]])('refuses iat: %j', async (iat) => {
    expect(await fixture.verify(fixture.mint({ iat }))).toEqual(refused('claim_invalid'));
  });

  it('refuses a token that is issued in the future', async () => {
    expect(await fixture.verify(fixture.mint({ iat: now() + 5 }))).toEqual(ACCEPTED);
    const future = fixture.mint({ iat: now() + 6 });
    expect(await fixture.verify(future)).toEqual(refused('token_not_active'));
  });
});

describe('without profile and maxTokenAgeSec', () => {
  it('a token does not need iat, jti or client_id', async () => {
    await fixture.start();
    expect(await fixture.verify(fixture.mint({ iat: undefined }))).toEqual(ACCEPTED);
    const odd = fixture.mint({ iat: 'yesterday', jti: 7, client_id: [] });
    expect(await fixture.verify(odd)).toEqual(ACCEPTED);
  });
});
