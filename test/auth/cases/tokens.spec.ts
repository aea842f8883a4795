import { randomUUID } from 'node:crypto';
import { ALGORITHMS as EVERY_ALGORITHM } from '../../../src/auth/algorithms.js';
import { AuthError } from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { challengeOf } from '../../support/refusal.js';
import { FakeClock } from '../support/fake-clock.js';
import { startVerifier, type VerifierFixture } from '../support/fixture.js';
import { ALGORITHMS } from './algorithms.js';
import { type Given, PASS, type TokenCase } from './case.js';
import { CLAIMS } from './claims.js';
import { createGivens, type Givens } from './given.js';
import { HEADER } from './header.js';
import { JSON_TEXTS } from './json.js';
import { KEYS, mixedKeySet } from './keys.js';
import { SIGNATURES } from './signatures.js';
import { STRUCTURE } from './structure.js';
import { TOKEN_KINDS } from './token-kinds.js';

/** One fetch at startup and one for all tokens that fail: the clock does not move. */
const MOST_FETCHES = 2;

const TABLES: [name: string, given: () => Given, cases: readonly TokenCase[]][] = [
  ['structure', () => givens.plain, STRUCTURE],
  ['JSON', () => givens.plain, JSON_TEXTS],
  ['the JOSE header', () => givens.plain, HEADER],
  ['algorithms', () => givens.plain, ALGORITHMS],
  ['signatures', () => givens.versatile, SIGNATURES],
  ['keys', () => ({ ...givens.plain, issuer: mixed }), KEYS],
  ['claims', () => givens.plain, CLAIMS],
  ['token kinds', () => givens.plain, TOKEN_KINDS],
];

const clock = new FakeClock();
let givens: Givens;
/** Publishes good and bad keys. */
let mixed: TestIssuer;
let fixture: VerifierFixture;

beforeAll(async () => {
  [givens, mixed] = await Promise.all([
    createGivens(clock),
    createTestIssuer({ now: clock.now, algorithms: ['ES256'] }),
  ]);
  mixed.published = mixedKeySet(mixed.published);
  const { audience } = mixed;
  const issuers = [...givens.issuers, { issuer: mixed.url, audience, algorithms: EVERY_ALGORITHM }];
  const options = { issuer: undefined, audience: undefined, issuers };
  fixture = await startVerifier({ issuer: givens.plain.issuer, clock, options });
});

afterAll(async () => {
  await fixture.close();
  await Promise.all([givens.close(), mixed.close()]);
});

describe('AccessTokenVerifier', () => {
  describe.each(TABLES)('%s', (_, givenOf, cases) => {
    let given: Given;

    beforeAll(() => {
      given = givenOf();
    });

    const accepted = cases.filter(([, , expected]) => expected === PASS);
    const refused = cases.filter(([, , expected]) => expected !== PASS);

    it.each(accepted)('accepts %s', async (_title, make) => {
      const token = make(given);
      await expect(fixture.verifier.verify(token)).resolves.toHaveProperty('token', token);
    });

    it.each(refused)('refuses %s', async (_title, make, expected) => {
      if (expected === PASS) return;
      const outcome: unknown = await fixture.verifier.verify(make(given)).catch((error) => error);
      expect(outcome).toBeInstanceOf(AuthError);
      const { code, message, challenge } = outcome as AuthError;
      expect({ status: (outcome as AuthError).getStatus(), code, message, challenge }).toEqual({
        status: expected.status,
        code: expected.code,
        message: expected.description,
        challenge: challengeOf(expected, message),
      });
    });

    it('accepts a valid token after all of these, and contacted only its issuer', async () => {
      await fixture.verifier.verify(given.issuer.mint({ jti: randomUUID() }));
      expect(given.other.fetches).toEqual({ discovery: 0, jwks: 0 });
      expect(given.issuer.fetches.jwks).toBeLessThanOrEqual(MOST_FETCHES);
    });
  });
});
