import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { requestRaw } from '../../support/raw-http.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';
import { expectContract } from './contract.js';
import { SEED, TIMEOUT_MS } from './settings.js';

jest.setTimeout(TIMEOUT_MS);

/** Inputs of one property. */
const RUNS = 400;

const clock = new FakeClock();

let issuer: TestIssuer;
let valid: string;

beforeAll(async () => {
  issuer = await createTestIssuer({ now: clock.now });
  valid = issuer.mint();
});

afterAll(() => issuer.close());

// Jest fails the running test when an exception or a rejection is not handled. A request fails when
// its answer takes more than a second of the processor.
describe.each(ADAPTERS)(`a request with the seed ${SEED} on %s`, (adapter) => {
  let fixture: Fixture;
  let url: string;

  beforeAll(async () => {
    fixture = await startFixture({ adapter, issuer, clock, controllers: CONTROLLERS });
    url = await fixture.app.getUrl();
  });

  afterEach(async () => {
    expect(await fixture.get('/routes/closed', valid)).toMatchObject({ status: 200 });
  });

  afterAll(() => fixture.close());

  /** Sends a raw header and returns whether the request is accepted. */
  async function passes(authorization: string, path = '/routes/closed'): Promise<boolean> {
    fixture.log.clear();
    const answer = await requestRaw(url, 'GET', path, [`Authorization: ${authorization}`]);
    return expectContract(answer, fixture, {
      configured: [issuer.url, issuer.audience, issuer.key.kid],
      // Shorter parts may occur elsewhere; longer strings are cut in the log.
      credentials: authorization.split(/[^A-Za-z0-9+/_-]/).filter(({ length }) => length > 64),
    });
  }

  async function hold<T>(property: fc.IAsyncProperty<T>): Promise<void> {
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  }

  it('with any bytes as Authorization passes only with Bearer and the token', async () => {
    await hold(
      fc.asyncProperty(authorizations(), async (value) => {
        expect(await passes(value)).toBe(isValidAuthorization(value));
      }),
    );
  });

  it('never passes with a token of which one byte is changed, added or removed', async () => {
    await hold(
      fc.asyncProperty(mutations(), async ([at, removed, added]) => {
        const value = `Bearer ${valid.slice(0, at)}${added}${valid.slice(at + removed)}`;
        // White space at the end changes nothing.
        fc.pre(!isValidAuthorization(value));
        expect(await passes(value)).toBe(false);
      }),
    );
  });

  it('with any JSON as scope passes only if that grants the scope', async () => {
    await hold(
      fc.asyncProperty(scopes(), async (scope) => {
        const authorization = `Bearer ${issuer.mint({ scope })}`;
        expect(await passes(authorization, '/routes/scope')).toBe(isGranted(scope));
      }),
    );
  });
});

const bytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((list) => Buffer.from(list).toString('latin1'));

function authorizations(): fc.Arbitrary<string> {
  const pieces = fc.constantFrom(
    ...'Bearer,bearer,BEARER,Basic, ,  ,\t,",=,.,a,\u00FF'.split(','),
    ',',
  );
  const token = fc.constant(0).map(() => valid);
  // Short additions to a valid token, so that some of the values are valid.
  const nearlyValid = fc
    .tuple(
      fc.constantFrom('Bearer', 'bEARER', 'Bearer Bearer', ''),
      fc.constantFrom(' ', '   ', '\t', ''),
      bytes(1),
    )
    .map(([scheme, space, tail]) => scheme + space + valid + tail);
  return fc.oneof(
    bytes(200),
    bytes(200).map((tail) => `Bearer ${tail}`),
    fc.stringMatching(/^bearer {1,3}[A-Za-z0-9._~+/=-]{0,200}$/),
    fc.array(fc.oneof(pieces, token, bytes(4)), { maxLength: 8 }).map((list) => list.join('')),
    nearlyValid,
  );
}

function mutations(): fc.Arbitrary<[at: number, removed: number, added: string]> {
  // The token exists only when the tests run, after they have been declared.
  const at = fc.nat().map((number) => number % valid.length);
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=';
  const added = fc.oneof(byte, fc.constantFrom(...Array.from(alphabet)));
  return fc
    .oneof(
      fc.tuple(at, fc.constant(1), added),
      fc.tuple(at, fc.constant(0), added),
      fc.tuple(at, fc.constant(1), fc.constant('')),
    )
    .filter(([index, removed, text]) => removed === 0 || valid[index] !== text);
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

function isValidAuthorization(value: string): boolean {
  // White space around a field value is not part of it (RFC 9110 §5.5).
  const [scheme = '', ...rest] = value.replace(/^[\t ]+|[\t ]+$/g, '').split(' ');
  return scheme.toLowerCase() === 'bearer' && rest.join('') === valid && rest.at(-1) === valid;
}

function isGranted(scope: unknown): boolean {
  if (typeof scope === 'string') return scope.split(' ').includes('read:messages');
  return Array.isArray(scope) && scope.includes('read:messages');
}
