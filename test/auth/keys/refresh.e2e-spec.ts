import {
  ACCEPTED,
  HOUR,
  IssuerFixture,
  MINUTE,
  SECOND,
  UNAVAILABLE,
  UNKNOWN,
  until,
} from '../support/issuer-fixture.js';

const keys = new IssuerFixture();

describe('the first key set', () => {
  it('is fetched once, however many requests wait for it', async () => {
    keys.issuer.fail('hang');
    await keys.start();
    const outcomes = keys.verifyAll(200);
    await until(() => keys.issuer.fetches.jwks === 1);
    keys.clock.advance(5 * SECOND);
    for (const outcome of await outcomes) expect(outcome).toMatchObject(UNAVAILABLE);
    keys.issuer.recover();
    keys.clock.advance(SECOND);
    for (const outcome of await keys.verifyAll(200)) expect(outcome).toEqual(ACCEPTED);
    expect(keys.issuer.fetches.jwks).toBe(2);
  });

  it('is fetched at startup, before any request', async () => {
    await keys.startWithKeys();
    expect(keys.issuer.fetches).toEqual({ discovery: 0, jwks: 1 });
    expect(keys.logged()).toEqual([`Loaded the signing keys of I: ${keys.issuer.key.kid} (ES256)`]);
    expect(await keys.verify()).toEqual(ACCEPTED);
    expect(keys.issuer.fetches.jwks).toBe(1);
  });

  it('is fetched later when the issuer is unreachable at startup', async () => {
    keys.issuer.fail('down');
    await keys.start();
    expect(await keys.verify()).toMatchObject(UNAVAILABLE);
    keys.issuer.recover();
    keys.clock.advance(SECOND);
    expect(await keys.verify()).toEqual(ACCEPTED);
    expect(keys.logged()).toEqual([
      expect.stringMatching(/^Cannot fetch the signing keys of I; tokens are answered with 503: /),
      `Loaded the signing keys of I: ${keys.issuer.key.kid} (ES256)`,
    ]);
  });

  it('is fetched again after 1 s, doubling to 5, and no request waits in between', async () => {
    keys.issuer.fail('error');
    await keys.start();
    await until(() => !keys.isFetching());
    for (const delay of [1, 2, 4, 5, 5]) {
      const before = keys.issuer.fetches.jwks;
      keys.clock.advance(delay * SECOND - 1);
      expect(await keys.verify()).toEqual({ ...UNAVAILABLE, retryAfterSec: 1 });
      expect(keys.issuer.fetches.jwks).toBe(before);
      await keys.failOnce(1);
    }
  });
});

describe('a key set', () => {
  it('is refreshed in the background at 80 % of its age, and no request waits', async () => {
    await keys.startWithKeys();
    keys.clock.advance(8 * MINUTE - 1);
    expect(keys.issuer.fetches.jwks).toBe(1);
    keys.issuer.fail('hang');
    keys.clock.advance(1);
    await until(() => keys.issuer.fetches.jwks === 2);
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it('is refreshed once before it is used past its age, as after a suspension', async () => {
    await keys.startWithKeys();
    const withdrawn = keys.mint();
    await keys.issuer.rotate({ withdraw: true });
    keys.clock.sleep(10 * MINUTE + 1);
    for (const outcome of await keys.verifyAll(20, () => withdrawn)) {
      expect(outcome).toMatchObject(UNKNOWN);
    }
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it('stays in use for 24 hours while the issuer is unreachable', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('down');
    keys.clock.sleep(10 * MINUTE + 1);
    expect(await keys.verify()).toEqual(ACCEPTED);
    const fetchedAt = keys.clock.now() - 10 * MINUTE - 1;
    for (const age of [HOUR, 12 * HOUR, 24 * HOUR - 20 * MINUTE]) {
      keys.clock.sleep(fetchedAt + age - keys.clock.now());
      expect(await keys.verify()).toEqual(ACCEPTED);
    }
    keys.clock.sleep(20 * MINUTE + 1);
    expect(await keys.verify()).toMatchObject(UNAVAILABLE);
    keys.issuer.recover();
    keys.clock.advance(5 * SECOND);
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it('is used without waiting during a known outage', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('down');
    keys.clock.sleep(10 * MINUTE + 1);
    expect(await keys.verify()).toEqual(ACCEPTED);
    keys.issuer.fail('hang');
    await until(() => !keys.isFetching());
    const before = keys.issuer.fetches.jwks;
    keys.clock.advance(SECOND);
    await until(() => keys.issuer.fetches.jwks > before);
    // The retry hangs and the clock does not move.
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it('is used without waiting for a retry that the request itself starts', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('down');
    keys.clock.sleep(10 * MINUTE + 1);
    expect(await keys.verify()).toEqual(ACCEPTED);
    keys.issuer.fail('hang');
    // The retry is due and its timer has not run yet.
    keys.clock.sleep(SECOND);
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it('is refreshed before use when the machine was suspended during an outage', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('down');
    keys.clock.sleep(10 * MINUTE + 1);
    expect(await keys.verify()).toEqual(ACCEPTED);
    const withdrawn = keys.mint();
    await keys.issuer.rotate({ withdraw: true });
    keys.issuer.recover();
    keys.clock.sleep(HOUR);
    expect(await keys.verify(withdrawn)).toMatchObject(UNKNOWN);
  });

  it('is logged when an outage begins and when it ends', async () => {
    await keys.startWithKeys();
    const { kid } = keys.issuer.key;
    keys.issuer.fail('error');
    await keys.failOnce(8 * MINUTE);
    for (const delay of [1, 2, 4, 5, 5, 5]) await keys.failOnce(delay * SECOND);
    keys.issuer.recover();
    await keys.refresh(5 * SECOND);
    expect(keys.logged()).toEqual([
      `Loaded the signing keys of I: ${kid} (ES256)`,
      'Cannot fetch the signing keys of I; the keys fetched 480 s ago stay in use: ' +
        'I.well-known/jwks.json answered with status 500',
      `Loaded the signing keys of I: ${kid} (ES256)`,
    ]);
  });
});

describe('a token whose verification waits for keys', () => {
  it('is refused when it expires meanwhile', async () => {
    keys.issuer.fail('down');
    await keys.start();
    const token = keys.mint({ exp: keys.clock.now() / 1000 + 60 });
    expect(await keys.verify(token)).toMatchObject(UNAVAILABLE);
    keys.issuer.fail((_request, response) => {
      keys.clock.sleep(65_000);
      response.end(JSON.stringify({ keys: keys.issuer.published }));
    });
    keys.clock.sleep(5000);
    expect(await keys.verify(token)).toEqual({ status: 401, code: 'token_expired' });
  });
});
