import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { AuthError } from '../../../src/auth/index.js';
import {
  createTestIssuer,
  signCompactJws,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { startVerifier, type VerifierFixture } from '../support/fixture.js';
import { SEED, TIMEOUT_MS } from './settings.js';

jest.setTimeout(TIMEOUT_MS);

/** Inputs of one property. */
const RUNS = 1000;

const INHERITED_NAMES = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'toJSON',
  'then',
  '',
];
const HEADER_NAMES = [
  ...'alg kid typ crit b64 jwk jku x5u x5c cty enc zip'.split(' '),
  ...INHERITED_NAMES,
];
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];
const CLAIM_NAMES = [
  ...'iss aud exp nbf iat sub jti cnf azp client_id scope events typ token_use'.split(' '),
  ...ID_TOKEN_CLAIMS,
  ...INHERITED_NAMES,
];

const clock = new FakeClock();
const now = clock.now() / 1000;

let issuer: TestIssuer;
let fixture: VerifierFixture;

beforeAll(async () => {
  issuer = await createTestIssuer({ now: clock.now });
  fixture = await startVerifier({ issuer, clock });
});

afterAll(async () => {
  await fixture.close();
  await issuer.close();
});

describe(`a signed token, with the seed ${SEED},`, () => {
  it('with any JSON as its header is accepted only with a valid header', async () => {
    const payload = JSON.stringify(validClaims());
    await hold(
      fc.asyncProperty(jsonLike(validHeader(), HEADER_NAMES), async (header) => {
        expect(await isAccepted(header, payload)).toBe(isValidHeader(header));
      }),
    );
  });

  it('with any JSON as its payload is accepted only with valid claims', async () => {
    const header = JSON.stringify(validHeader());
    await hold(
      fc.asyncProperty(jsonLike(validClaims(), CLAIM_NAMES), async (payload) => {
        expect(await isAccepted(header, payload)).toBe(isValidPayload(payload));
      }),
    );
  });
});

async function hold<T>(property: fc.IAsyncProperty<T>): Promise<void> {
  await fc.assert(property, { seed: SEED, numRuns: RUNS });
}

/** Signs header and payload with the issuer's key. Anything but a refusal is an error. */
async function isAccepted(header: string, payload: string): Promise<boolean> {
  const token = signCompactJws(header, payload, issuer.key.privateKey, 'RS256');
  try {
    return (await fixture.verifier.verify(token)).token === token;
  } catch (error) {
    if (error instanceof AuthError) return false;
    throw error;
  }
}

const validHeader = () => ({ alg: 'RS256', typ: 'JWT', kid: issuer.key.kid });

const validClaims = () => ({
  iss: issuer.url,
  aud: issuer.audience,
  sub: 'x',
  iat: now,
  exp: now + 60,
});

/** JSON of any kind, and a valid object followed by members that may repeat its own. */
function jsonLike(valid: Record<string, unknown>, names: string[]): fc.Arbitrary<string> {
  const near = fc.constantFrom(
    ...'1e999 -1e999 -0 0 1e12 [] {} null'.split(' '),
    ...'"RS256" "none" "at+jwt" "AT+JWT" "JWT" "x" "ID" "id"'.split(' '),
    `${now + 5}`,
  );
  const own = fc.constantFrom(...Object.values(valid).map((value) => JSON.stringify(value)));
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.string() },
  );
  const member = fc
    .tuple(name, fc.oneof(fc.json({ maxDepth: 3 }), near, own))
    .map(([key, value]) => `${JSON.stringify(key)}:${value}`);
  const start = JSON.stringify(valid).slice(0, -1);
  const extended = fc
    .array(member, { maxLength: 3 })
    .map((members) => `${[start, ...members].join(',')}}`);
  return fc.oneof(
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
    { weight: 4, arbitrary: extended },
  );
}

function isValidHeader(text: string): boolean {
  const header = ownMembersOf(text);
  if (!header) return false;
  const { alg, kid, typ } = header;
  const isType =
    typeof typ === 'string' && ['jwt', 'at+jwt', 'application/at+jwt'].includes(typ.toLowerCase());
  return (
    alg === 'RS256' &&
    (!('kid' in header) || kid === issuer.key.kid) &&
    (!('typ' in header) || isType) &&
    !('crit' in header) &&
    !('b64' in header)
  );
}

function isValidPayload(text: string): boolean {
  const claims = ownMembersOf(text);
  if (!claims) return false;
  const { iss, aud, exp, nbf, sub, typ, token_use: use } = claims;
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  return (
    iss === issuer.url &&
    audiences.includes(issuer.audience) &&
    Number.isFinite(exp) &&
    (exp as number) > now - 5 &&
    (!('nbf' in claims) || (Number.isFinite(nbf) && (nbf as number) <= now + 5)) &&
    (!('sub' in claims) || (typeof sub === 'string' && sub.length > 0)) &&
    ['cnf', 'events', ...ID_TOKEN_CLAIMS].every((name) => !(name in claims)) &&
    !['ID', 'Refresh', 'Logout'].includes(typ as string) &&
    use !== 'id'
  );
}

/** The members of a JSON object without a prototype; undefined for other JSON. */
function ownMembersOf(text: string): Record<string, unknown> | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.assign(Object.create(null) as object, value) as Record<string, unknown>;
}
