import { Logger } from '@nestjs/common';
import { type AuthOptions, Clock } from '../../../src/auth/index.js';
import { resolveAuthOptions } from '../../../src/auth/check-options.js';
import { RefreshedKeySet } from '../../../src/auth/keys/refreshed-key-set.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { FakeClock } from '../support/fake-clock.js';

const INSTANCES = 1000;

/** A clock that stands still, chooses as in production, and records when it would act. */
class StandingClock extends FakeClock {
  delayMs?: number;

  override between = (earliestMs: number, latestMs: number): number =>
    Clock.prototype.between(earliestMs, latestMs);

  override after = (delayMs: number): (() => void) => {
    this.delayMs = delayMs;
    return () => {};
  };
}

describe('Instances that are started together', () => {
  let issuer: TestIssuer;
  /** When each refreshes its keys, in seconds after the start. */
  const refreshes: number[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    issuer = await createTestIssuer({ algorithms: ['ES256'] });
    const { url, jwksUri, audience } = issuer;
    const given: AuthOptions = { issuer: url, jwksUri, audience, algorithms: ['ES256'] };
    const options = resolveAuthOptions(given);
    for (let instance = 0; instance < INSTANCES; instance += 1) {
      const clock = new StandingClock();
      const keySet = new RefreshedKeySet(options.issuers[0]!, options, clock);
      // The fetch runs a timer as well, for its limit; the refresh is the last one set.
      await keySet.fetch();
      refreshes.push(clock.delayMs! / 1000);
      keySet.stop();
    }
  });

  afterAll(() => issuer.close());

  it('refresh their keys at 70 % to 80 % of their age', () => {
    expect(refreshes.length).toBe(INSTANCES);
    expect(Math.min(...refreshes)).toBeGreaterThanOrEqual(420);
    expect(Math.max(...refreshes)).toBeLessThanOrEqual(480);
  });

  it('do not ask the issuer in the same second', () => {
    const perSecond = new Map<number, number>();
    for (const at of refreshes.map(Math.floor)) perSecond.set(at, (perSecond.get(at) ?? 0) + 1);
    // A thousand in a minute are 17 in a second; more than 50 in one do not happen by chance.
    expect(Math.max(...perSecond.values())).toBeLessThan(50);
  });
});
