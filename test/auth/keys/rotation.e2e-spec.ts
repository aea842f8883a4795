import { randomUUID } from 'node:crypto';
import { createTestKey, signCompactJws, type TestKey } from '../../../src/auth/testing/index.js';
import {
  ACCEPTED,
  FORGED,
  IssuerFixture,
  MINUTE,
  type Outcome,
  SECOND,
  UNAVAILABLE,
  UNKNOWN,
  until,
} from '../support/issuer-fixture.js';

const keys = new IssuerFixture();

describe('a rotation', () => {
  it('is found by the first token signed with the new key', async () => {
    await keys.startWithKeys();
    const old = keys.mint();
    await keys.issuer.rotate();
    expect(await keys.verify()).toEqual(ACCEPTED);
    expect(await keys.verify(old)).toEqual(ACCEPTED);
    expect(keys.issuer.fetches.jwks).toBe(2);
    expect(keys.logged().at(-1)).toContain(`I: ${keys.issuer.key.kid} (ES256), `);
  });

  it('removes a withdrawn key with the next set', async () => {
    await keys.startWithKeys();
    const old = keys.mint();
    await keys.issuer.rotate({ withdraw: true });
    expect(await keys.verify(old)).toEqual(ACCEPTED);
    await keys.refresh();
    expect(await keys.verify(old)).toMatchObject(UNKNOWN);
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it('can replace a key under the same kid', async () => {
    await keys.startWithKeys();
    const old = keys.mint();
    const key = await createTestKey('ES256', keys.issuer.key.kid);
    keys.issuer.keys = [key];
    keys.issuer.published = [key.jwk];
    await keys.refresh();
    expect(await keys.verify()).toEqual(ACCEPTED);
    expect(await keys.verify(old)).toMatchObject(FORGED);
  });

  it('during an outage is logged when the outage ends', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('error');
    await keys.failOnce(8 * MINUTE);
    await keys.issuer.rotate();
    keys.issuer.recover();
    await keys.refresh(SECOND);
    expect(keys.logged().at(-1)).toContain(`I: ${keys.issuer.key.kid} (ES256), `);
  });
});

describe('an unknown kid', () => {
  it('causes one refresh per 30 seconds, for all tokens together', async () => {
    await keys.startWithKeys();
    for (const outcome of await keys.verifyAll(200, () => keys.unknownToken({ iat: 1 }))) {
      expect(outcome).toMatchObject(UNKNOWN);
    }
    expect(keys.issuer.fetches.jwks).toBe(2);
    keys.clock.advance(30 * SECOND - 1);
    expect(await keys.verify(keys.unknownToken({ iat: 1 }))).toMatchObject(UNKNOWN);
    expect(keys.issuer.fetches.jwks).toBe(2);
    keys.clock.advance(1);
    expect(await keys.verify(keys.unknownToken())).toMatchObject(UNKNOWN);
    expect(keys.issuer.fetches.jwks).toBe(3);
  });

  it('gets 503 within 30 seconds when the token is newer than the set', async () => {
    await keys.startWithKeys();
    expect(await keys.verify(keys.unknownToken())).toMatchObject(UNKNOWN);
    const fetchedAt = Math.floor(keys.clock.now() / 1000);
    keys.clock.advance(20 * SECOND);
    expect(await keys.verify(keys.unknownToken())).toEqual({ ...UNAVAILABLE, retryAfterSec: 10 });
    const withIat = (iat: unknown) => keys.verify(keys.unknownToken({ iat }));
    expect(await withIat(fetchedAt - 5)).toMatchObject(UNAVAILABLE);
    expect(await withIat(fetchedAt - 6)).toMatchObject(UNKNOWN);
    expect(await withIat(undefined)).toMatchObject(UNKNOWN);
    expect(await withIat('now')).toMatchObject(UNKNOWN);
    expect(await withIat(Number.POSITIVE_INFINITY)).toMatchObject(UNKNOWN);
  });

  it('never delays a token whose key is known', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('hang');
    const waiting = keys.verify(keys.unknownToken());
    await until(() => keys.issuer.fetches.jwks === 2);
    // The refresh hangs and the clock does not move.
    expect(await keys.verify()).toEqual(ACCEPTED);
    keys.clock.advance(5 * SECOND);
    expect(await waiting).toMatchObject(UNAVAILABLE);
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it('does not use up the refreshes by age', async () => {
    await keys.startWithKeys();
    keys.clock.advance(8 * MINUTE - SECOND);
    expect(await keys.verify(keys.unknownToken())).toMatchObject(UNKNOWN);
    expect(keys.issuer.fetches.jwks).toBe(2);
    await keys.issuer.rotate({ withdraw: true });
    // The age of the set starts again: the next refresh by age is due in 8 minutes.
    await keys.refresh();
    expect(await keys.verify()).toEqual(ACCEPTED);
    expect(keys.issuer.fetches.jwks).toBe(3);
  });

  it('causes a fetch of its own when it waited for one that began earlier', async () => {
    await keys.startWithKeys();
    let release = () => {};
    const old = keys.issuer.published;
    keys.issuer.fail((_request, response) => {
      release = () => response.end(JSON.stringify({ keys: old }));
    });
    keys.clock.advance(8 * MINUTE);
    await until(() => keys.issuer.fetches.jwks === 2);
    await keys.issuer.rotate();
    const outcomes = keys.verifyAll(3);
    keys.issuer.recover();
    release();
    for (const outcome of await outcomes) expect(outcome).toEqual(ACCEPTED);
    expect(keys.issuer.fetches.jwks).toBe(3);
  });

  it('gets 503 while the issuer is unreachable', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('down');
    expect(await keys.verify(keys.unknownToken())).toMatchObject(UNAVAILABLE);
    expect(await keys.verify(keys.unknownToken())).toMatchObject(UNAVAILABLE);
    expect(await keys.verify()).toEqual(ACCEPTED);
    keys.issuer.recover();
    await keys.refresh(SECOND);
    expect(await keys.verify(keys.unknownToken({ iat: 1 }))).toMatchObject(UNKNOWN);
  });

  it('under attack causes at most one fetch per 30 seconds in addition to those by age', async () => {
    await keys.startWithKeys();
    for (let second = 0; second < 600; second += 10) {
      const attack = keys.verifyAll(5, () => keys.unknownToken());
      expect(await keys.verify()).toEqual(ACCEPTED);
      await attack;
      keys.clock.advance(10 * SECOND);
    }
    expect(keys.issuer.fetches.jwks).toBeLessThanOrEqual(1 + 600 / 30 + 1);
  });
});

describe('a signature that fails under a known kid', () => {
  /** Replaces the issuer's key by another with the same `kid`, or without one. */
  async function replaceKey(kid: string | undefined): Promise<void> {
    const key = await createTestKey('ES256', keys.issuer.key.kid);
    keys.issuer.keys = [key];
    keys.issuer.published = [{ ...key.jwk, kid }];
  }

  const forgedToken = (key: TestKey) => {
    const { iss, aud, exp } = { iss: keys.issuer.url, aud: keys.issuer.audience, exp: 1e12 };
    const header = { alg: 'ES256', kid: keys.issuer.key.kid };
    return signCompactJws(header, { iss, aud, exp, jti: randomUUID() }, key.privateKey);
  };

  it('is verified again when the key has been replaced under its kid', async () => {
    await keys.startWithKeys();
    const old = keys.mint();
    expect(await keys.verify(old)).toEqual(ACCEPTED);
    await replaceKey(keys.issuer.key.kid);
    expect(await keys.verify()).toEqual(ACCEPTED);
    expect(keys.issuer.fetches.jwks).toBe(2);
    expect(await keys.verify(old)).toEqual(FORGED);
  });

  it('is verified again when the key has been replaced in a set without kids', async () => {
    const token = () => keys.mint({ jti: randomUUID() }, { kid: undefined });
    keys.issuer.published = [{ ...keys.issuer.key.jwk, kid: undefined }];
    await keys.startWithKeys();
    expect(await keys.verify(token())).toEqual(ACCEPTED);
    await replaceKey(undefined);
    expect(await keys.verify(token())).toEqual(ACCEPTED);
    expect(keys.issuer.fetches.jwks).toBe(2);
  });

  it('causes one refresh per 30 seconds, together with unknown kids', async () => {
    const stranger = await createTestKey('ES256');
    await keys.startWithKeys();
    for (const outcome of await keys.verifyAll(50, () => forgedToken(stranger))) {
      expect(outcome).toEqual(FORGED);
    }
    expect(keys.issuer.fetches.jwks).toBe(2);
    keys.clock.advance(30 * SECOND - 1);
    expect(await keys.verify(forgedToken(stranger))).toEqual(FORGED);
    expect(await keys.verify(keys.unknownToken({ iat: 1 }))).toEqual(UNKNOWN);
    expect(keys.issuer.fetches.jwks).toBe(2);
    keys.clock.advance(1);
    expect(await keys.verify(forgedToken(stranger))).toEqual(FORGED);
    expect(keys.issuer.fetches.jwks).toBe(3);
  });

  it('never delays a token whose signature holds, and gets 401 in an outage', async () => {
    const stranger = await createTestKey('ES256');
    await keys.startWithKeys();
    keys.issuer.fail('hang');
    const waiting = keys.verify(forgedToken(stranger));
    await until(() => keys.issuer.fetches.jwks === 2);
    // The refresh hangs and the clock does not move.
    expect(await keys.verify()).toEqual(ACCEPTED);
    keys.clock.advance(5 * SECOND);
    expect(await waiting).toEqual(FORGED);
  });
});

describe('requests that wait for keys', () => {
  const MOST = 500;

  it('are at most 500 per issuer; the next get 503 immediately', async () => {
    keys.issuer.fail('hang');
    await keys.start();
    const waiting = keys.verifyAll(MOST);
    // The fetch hangs and the clock does not move.
    expect(await keys.verify()).toMatchObject(UNAVAILABLE);
    keys.issuer.recover();
    keys.clock.advance(5 * SECOND);
    for (const outcome of await waiting) expect(outcome).toMatchObject(UNAVAILABLE);
    keys.clock.advance(SECOND);
    for (const outcome of await keys.verifyAll(MOST)) expect(outcome).toEqual(ACCEPTED);
  });

  it('are not those with a known key', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('hang');
    const waiting = keys.verifyAll(MOST, () => keys.unknownToken());
    expect(await keys.verify(keys.unknownToken())).toMatchObject(UNAVAILABLE);
    expect(await keys.verify()).toEqual(ACCEPTED);
    keys.clock.advance(5 * SECOND);
    for (const outcome of await waiting) expect(outcome).toMatchObject(UNAVAILABLE);
  });
});

describe('tokens with made-up keys', () => {
  const statuses = (outcomes: Outcome[]) => new Set(outcomes.map(({ status }) => status));

  /** Verifies the tokens of an attacker and of 20 users at once. */
  async function expectUnaffected(attackers: number, refusedWith: number[]): Promise<void> {
    const attack = keys.verifyAll(attackers, () => keys.unknownToken({ iat: 1 }));
    const users = await keys.verifyAll(20, () => keys.mint({ jti: randomUUID() }));
    expect(statuses(users)).toEqual(new Set([200]));
    expect(statuses(await attack)).toEqual(new Set(refusedWith));
  }

  it('do not affect others, be they 1,000', async () => {
    await keys.startWithKeys();
    await expectUnaffected(1000, [401, 503]);
    expect(keys.issuer.fetches.jwks).toBe(2);
  });

  it('do not affect others during an outage, be they 1,000', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('down');
    await keys.failOnce(8 * MINUTE);
    keys.clock.sleep(2 * MINUTE);
    await expectUnaffected(1000, [503]);
  });

  it('do not affect others before the first key set, while fewer than 500 wait', async () => {
    await keys.start();
    await expectUnaffected(450, [401]);
    expect(keys.issuer.fetches.jwks).toBe(2);
  });

  it('do not affect others when the set reaches its age, while fewer than 500 wait', async () => {
    await keys.startWithKeys();
    keys.clock.sleep(10 * MINUTE + 1);
    await expectUnaffected(450, [401]);
    expect(keys.issuer.fetches.jwks).toBe(3);
  });
});
