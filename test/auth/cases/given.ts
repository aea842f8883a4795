import { ALGORITHMS } from '../../../src/auth/algorithms.js';
import type { IssuerOptions } from '../../../src/auth/auth.options.js';
import { createTestIssuer } from '../../../src/auth/testing/index.js';
import type { FakeClock } from '../support/fake-clock.js';
import type { Given } from './case.js';

/** The issuers of the tables of cases. */
export interface Givens {
  /** An issuer with the default algorithms. */
  plain: Given;
  /** An issuer with a key for every family and size of curve, and every algorithm allowed. */
  versatile: Given;
  /** The options for both. */
  issuers: IssuerOptions[];
  close(): Promise<void>;
}

export async function createGivens(clock: FakeClock): Promise<Givens> {
  const [plain, versatile, other] = await Promise.all([
    createTestIssuer({ now: clock.now }),
    createTestIssuer({
      now: clock.now,
      algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'ES512'],
    }),
    createTestIssuer({ now: clock.now }),
  ]);
  const untyped = plain.key;
  versatile.published.push({ ...untyped.jwk, alg: undefined });
  const common = { other, stranger: other.key, untyped, now: clock.now() / 1000 };
  const { audience } = plain;
  return {
    plain: { ...common, issuer: plain },
    versatile: { ...common, issuer: versatile },
    issuers: [
      { issuer: plain.url, audience },
      { issuer: versatile.url, audience, algorithms: ALGORITHMS },
    ],
    close: async () => {
      await Promise.all([plain, versatile, other].map((issuer) => issuer.close()));
    },
  };
}
