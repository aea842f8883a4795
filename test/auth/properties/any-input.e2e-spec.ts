import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Clock } from '../../../src/auth/clock.js';
import {
  createTestIssuer,
  signCompactJws,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { requestRaw } from '../../support/raw-http.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';
import { expectContract } from './contract.js';

/** Of every run, so that each sees the same inputs; a failure prints it with the path to its own. */
const SEED = 6750;

/** Inputs of one property, and how long they may take on a machine that has much else to do. */
const RUNS = 400;
const TIMEOUT_MS = 180_000;
jest.setTimeout(TIMEOUT_MS);

const PATH = '/routes/closed';

const clock = new FakeClock();
const now = clock.now() / 1000;

let issuer: TestIssuer;
let good: string;

beforeAll(async () => {
  issuer = await createTestIssuer({ now: clock.now });
  good = issuer.mint();
});

afterAll(() => issuer.close());

/*
 * An exception or a rejection that nobody handles fails the test during which it happens: Jest listens for them. So does
 * an answer that is not there within a second of the processor's time: the request fails.
 */
describe.each(ADAPTERS)(`whatever is sent, with the seed ${SEED}, on %s`, (adapter) => {
  let fixture: Fixture;
  let url: string;

  beforeAll(async () => {
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: CONTROLLERS,
      override: (builder) => builder.overrideProvider(Clock).useValue(clock),
    });
    url = await fixture.app.getUrl();
  });

  afterEach(async () => {
    expect(await fixture.get(PATH, issuer.mint({ jti: randomUUID() }))).toMatchObject({
      status: 200,
    });
  });

  afterAll(() => fixture.close());

  /** Sends a header as it is; whether it passed. */
  async function passes(authorization: string, path = PATH): Promise<boolean> {
    fixture.log.clear();
    const answer = await requestRaw(url, 'GET', path, [`Authorization: ${authorization}`]);
    return expectContract(answer, fixture, {
      configured: [issuer.url, issuer.audience, issuer.key.kid],
      // Nothing shorter is sure to be of the credentials only, and nothing longer than a log line's texts stays whole.
      credentials: authorization.split(/[^A-Za-z0-9+/_-]/).filter(({ length }) => length > 64),
    });
  }

  async function hold<T>(property: fc.IAsyncProperty<T>): Promise<void> {
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  }

  it('any bytes as Authorization are answered by the contract, and pass only as Bearer and the token', async () => {
    await hold(
      fc.asyncProperty(authorizations(), async (value) => {
        expect(await passes(value)).toBe(isGoodAuthorization(value));
      }),
    );
  });

  it('a token of which one byte was changed, added or taken away never passes', async () => {
    await hold(
      fc.asyncProperty(mutations(), async ([at, taken, added]) => {
        const token = good.slice(0, at) + added + good.slice(at + taken);
        const value = `Bearer ${token}`;
        // White space before or behind it changes nothing.
        fc.pre(!isGoodAuthorization(value));
        expect(await passes(value)).toBe(false);
      }),
    );
  });

  it('any JSON as JOSE header is answered by the contract, and passes only as that of an access token', async () => {
    const payload = JSON.stringify(goodClaims());
    await hold(
      fc.asyncProperty(texts(goodHeader(), HEADER_NAMES), async (header) => {
        expect(await passes(`Bearer ${signed(header, payload)}`)).toBe(isGoodHeader(header));
      }),
    );
  });

  it('any JSON as payload is answered by the contract, and passes only with the claims of an access token', async () => {
    const header = JSON.stringify(goodHeader());
    await hold(
      fc.asyncProperty(texts(goodClaims(), CLAIM_NAMES), async (payload) => {
        expect(await passes(`Bearer ${signed(header, payload)}`)).toBe(isGoodPayload(payload));
      }),
    );
  });

  it('any JSON as scope grants nothing but what it says', async () => {
    const header = JSON.stringify(goodHeader());
    await hold(
      fc.asyncProperty(scopes(), async (scope) => {
        const payload = JSON.stringify({ ...goodClaims(), scope });
        const passed = await passes(`Bearer ${signed(header, payload)}`, '/routes/scope');
        expect(passed).toBe(isGranted(scope));
      }),
    );
  });
});

/* What is sent. */

const bytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((list) => Buffer.from(list).toString('latin1'));

function authorizations(): fc.Arbitrary<string> {
  const pieces = fc.constantFrom(
    'Bearer',
    'bearer',
    'BEARER',
    'Basic',
    ' ',
    '  ',
    '\t',
    ',',
    '"',
    '=',
    '.',
    'a',
    '\u00FF',
  );
  const piece = fc.oneof(
    pieces,
    fc.constant(0).map(() => good),
    bytes(4),
  );
  return fc.oneof(
    bytes(200),
    bytes(200).map((tail) => `Bearer ${tail}`),
    fc.stringMatching(/^bearer {1,3}[A-Za-z0-9._~+/=-]{0,200}$/),
    fc.array(piece, { maxLength: 8 }).map((list) => list.join('')),
    // Between what goes before and behind a good token, little enough that some of them are right.
    fc
      .tuple(
        fc.constantFrom('Bearer', 'bEARER', 'Bearer Bearer', ''),
        fc.constantFrom(' ', '   ', '\t', ''),
        bytes(1),
      )
      .map(([scheme, space, tail]) => scheme + space + good + tail),
  );
}

function mutations(): fc.Arbitrary<[at: number, taken: number, added: string]> {
  // A function of the token, which is not there yet when the tests are declared.
  const at = fc.nat().map((number) => number % good.length);
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
  const letter = fc.constantFrom(
    ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='),
  );
  const added = fc.oneof(byte, letter);
  return fc
    .oneof(
      fc.tuple(at, fc.constant(1), added),
      fc.tuple(at, fc.constant(0), added),
      fc.tuple(at, fc.constant(1), fc.constant('')),
    )
    .filter(([index, taken, text]) => taken === 0 || good[index] !== text);
}

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
  'alg',
  'kid',
  'typ',
  'crit',
  'b64',
  'jwk',
  'jku',
  'x5u',
  'x5c',
  'cty',
  'enc',
  'zip',
  ...INHERITED_NAMES,
];
const CLAIM_NAMES = [
  'iss',
  'aud',
  'exp',
  'nbf',
  'iat',
  'sub',
  'jti',
  'cnf',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'azp',
  'client_id',
  'scope',
  ...INHERITED_NAMES,
];

/** Texts of JSON: any at all, and that of a good object with members of any value put in its place or behind, repeated ones too. */
function texts(members: Record<string, unknown>, names: string[]): fc.Arbitrary<string> {
  const near = fc.constantFrom(
    '1e999',
    '-1e999',
    '-0',
    '0',
    '1e12',
    `${now + 5}`,
    '"RS256"',
    '"none"',
    '"at+jwt"',
    '"AT+JWT"',
    '"JWT"',
    '"x"',
    '[]',
    '{}',
    'null',
  );
  const own = fc.constantFrom(...Object.values(members).map((value) => JSON.stringify(value)));
  const member = fc.tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.string() },
    ),
    fc.oneof(fc.json({ maxDepth: 3 }), near, own),
  );
  const start = JSON.stringify(members).slice(0, -1);
  return fc.oneof(
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
    {
      weight: 4,
      arbitrary: fc
        .array(member, { maxLength: 3 })
        .map(
          (list) =>
            `${[start, ...list.map(([name, value]) => `${JSON.stringify(name)}:${value}`)].join(',')}}`,
        ),
    },
  );
}

function scopes(): fc.Arbitrary<unknown> {
  const name = fc.constantFrom('read:messages', 'openid', 'read:message', '', ' ', '\t', ',');
  const list = fc.array(fc.oneof(name, fc.jsonValue({ maxDepth: 1 })), { maxLength: 5 });
  return fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    list,
    fc.array(name, { maxLength: 5 }).map((names) => names.join(' ')),
    fc.array(name, { maxLength: 5 }).map((names) => names.join('')),
  );
}

/* What is good of it, as the contract says it. */

function isGoodAuthorization(value: string): boolean {
  // White space around a field's value is no part of it (RFC 9110 §5.5).
  const [scheme = '', ...rest] = value.replace(/^[\t ]+|[\t ]+$/g, '').split(' ');
  return scheme.toLowerCase() === 'bearer' && rest.join('') === good && rest.at(-1) === good;
}

function isGoodHeader(text: string): boolean {
  const header = objectOf(text);
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

function isGoodPayload(text: string): boolean {
  const claims = objectOf(text);
  if (!claims) return false;
  const { iss, aud, exp, nbf, sub } = claims;
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  return (
    iss === issuer.url &&
    audiences.includes(issuer.audience) &&
    Number.isFinite(exp) &&
    (exp as number) > now - 5 &&
    (!('nbf' in claims) || (Number.isFinite(nbf) && (nbf as number) <= now + 5)) &&
    (!('sub' in claims) || (typeof sub === 'string' && sub.length > 0)) &&
    ['cnf', 'nonce', 'at_hash', 'c_hash', 's_hash'].every((name) => !(name in claims))
  );
}

function isGranted(scope: unknown): boolean {
  if (typeof scope === 'string') return scope.split(' ').includes('read:messages');
  return Array.isArray(scope) && scope.includes('read:messages');
}

/** The own members of an object in JSON, inherited ones left out. */
function objectOf(text: string): Record<string, unknown> | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.assign(Object.create(null) as object, value) as Record<string, unknown>;
}

const goodHeader = () => ({ alg: 'RS256', typ: 'JWT', kid: issuer.key.kid });

const goodClaims = () => ({
  iss: issuer.url,
  aud: issuer.audience,
  sub: 'x',
  iat: now,
  exp: now + 60,
});

/** Signed with the right key, whatever it says. */
const signed = (header: string, payload: string) =>
  signCompactJws(header, payload, issuer.key.privateKey, 'RS256');
