import { randomUUID } from 'node:crypto';
import { ALGORITHMS as EVERY_ALGORITHM } from '../../../src/auth/auth.options.js';
import { Clock } from '../../../src/auth/clock.js';
import { createTestIssuer, createTestKey } from '../../../src/auth/testing/index.js';
import type { Answer } from '../../support/http.js';
import { requestRaw } from '../../support/raw-http.js';
import { expectRefusal } from '../../support/refusal.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type AdapterName, type Fixture, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';
import { ALGORITHMS } from './algorithms.js';
import {
  BROKEN_HTTP,
  type Given,
  PASS,
  type RequestCase,
  type Sent,
  type TokenCase,
} from './case.js';
import { CLAIM_REQUIREMENTS } from './claim-requirements.js';
import { CLAIMS } from './claims.js';
import { HEADER } from './header.js';
import { INHERITED, InheritedController } from './inherited.js';
import { JSON_TEXTS } from './json.js';
import { KEYS, mixedKeySet } from './keys.js';
import { SCOPES } from './scopes.js';
import { SIGNATURES } from './signatures.js';
import { STRUCTURE } from './structure.js';
import { TOKEN_KINDS } from './token-kinds.js';
import { TRANSPORT } from './transport.js';

const PATH = '/routes/closed';

/** One fetch at startup and one for all unknown keys: the clock does not move. */
const MOST_FETCHES = 2;

const clock = new FakeClock();

/** An issuer and the module that trusts it. */
interface Setting {
  given: Given;
  algorithms: typeof EVERY_ALGORITHM | undefined;
}

type SettingName = 'defaults' | 'every algorithm' | 'a mixed key set';

const requests = (cases: readonly TokenCase[]) =>
  cases.map(([title, make, expected]): RequestCase => [
    title,
    (given) => ({ token: make(given) }),
    expected,
  ]);

const TABLES: [name: string, setting: SettingName, cases: readonly RequestCase[]][] = [
  ['credentials', 'defaults', TRANSPORT],
  ['structure', 'defaults', requests(STRUCTURE)],
  ['JSON', 'defaults', requests(JSON_TEXTS)],
  ['the JOSE header', 'defaults', requests(HEADER)],
  ['algorithms', 'defaults', requests(ALGORITHMS)],
  ['signatures', 'every algorithm', requests(SIGNATURES)],
  ['keys', 'a mixed key set', requests(KEYS)],
  ['claims', 'defaults', requests(CLAIMS)],
  ['token kinds', 'defaults', requests(TOKEN_KINDS)],
  ['scopes', 'defaults', SCOPES],
  ['claim requirements', 'defaults', CLAIM_REQUIREMENTS],
  ['inherited claims', 'defaults', INHERITED],
];

const settings = {} as Record<SettingName, Setting>;

beforeAll(async () => {
  const now = clock.now() / 1000;
  const [plain, versatile, mixed, other, stranger, untyped] = await Promise.all([
    createTestIssuer({ now: clock.now }),
    createTestIssuer({
      now: clock.now,
      algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'],
    }),
    createTestIssuer({ now: clock.now }),
    createTestIssuer({ now: clock.now }),
    createTestKey('RS256'),
    createTestKey('RS256'),
  ]);
  versatile.published.push({ ...untyped.jwk, alg: undefined });
  mixed.published = mixedKeySet(mixed.published);
  const of = (issuer: typeof plain, algorithms: Setting['algorithms']): Setting => ({
    given: { issuer, other, stranger, untyped, now },
    algorithms,
  });
  settings.defaults = of(plain, undefined);
  settings['every algorithm'] = of(versatile, EVERY_ALGORITHM);
  settings['a mixed key set'] = of(mixed, EVERY_ALGORITHM);
});

afterAll(async () => {
  const issuers = Object.values(settings).map(({ given }) => given.issuer);
  await Promise.all([...issuers, settings.defaults.given.other].map((issuer) => issuer.close()));
});

// Jest fails the running test when an exception or a rejection is not handled.
describe.each(ADAPTERS)('on %s', (adapter) => {
  describe.each(TABLES)('%s', (_, setting, cases) => {
    let fixture: Fixture;
    let given: Given;
    let fetched: number;

    beforeAll(async () => {
      ({ given } = settings[setting]);
      fetched = given.issuer.fetches.jwks;
      fixture = await start(adapter, settings[setting]);
    });

    afterAll(() => fixture.close());

    afterEach(async () => {
      const { status } = await fixture.get(PATH, given.issuer.mint({ jti: randomUUID() }));
      expect(status).toBe(200);
      // Only the configured issuer is contacted.
      expect(given.other.fetches).toEqual({ discovery: 0, jwks: 0 });
      expect(given.issuer.fetches.jwks - fetched).toBeLessThanOrEqual(MOST_FETCHES);
    });

    const accepted = cases.filter(([, , expected]) => expected === PASS);
    const refused = cases.filter(([, , expected]) => expected !== PASS);

    it.each(accepted)('accepts %s', async (_title, send) => {
      const { status } = await deliver(fixture, send(given));
      expect([200, 201]).toContain(status);
    });

    it.each(refused)('refuses %s', async (_title, send, expected) => {
      const sent = send(given);
      fixture.log.clear();
      const answer = await deliver(fixture, sent);
      if (expected === BROKEN_HTTP) {
        expect([400, 431]).toContain(answer.status);
        expect(answer.headers).not.toHaveProperty('www-authenticate');
      } else if (expected !== PASS) {
        expectRefusal(answer, expected);
        expectNoOtherHeaders(answer);
      }
      expectNothingRevealed(answer, sent, fixture, given);
    });
  });
});

function start(adapter: AdapterName, { given: { issuer }, algorithms }: Setting): Promise<Fixture> {
  return startFixture({
    adapter,
    issuer,
    controllers: [...CONTROLLERS, InheritedController],
    options: { jwksUri: issuer.jwksUri, algorithms },
    override: (builder) => builder.overrideProvider(Clock).useValue(clock),
  });
}

async function deliver(fixture: Fixture, sent: Sent): Promise<Answer> {
  const { method = 'GET', path = PATH, lines, ...ask } = sent;
  if (!lines) return fixture.ask(method, path, ask);
  return requestRaw(await fixture.app.getUrl(), method, path, lines);
}

/** A refusal has only the headers of the contract and those of the server. */
function expectNoOtherHeaders({ headers }: Answer): void {
  const own = ['www-authenticate', 'cache-control', 'content-type'];
  const ofServer = ['content-length', 'date', 'connection', 'keep-alive', 'etag', 'x-powered-by'];
  expect([...own, ...ofServer]).toEqual(expect.arrayContaining(Object.keys(headers)));
}

/** The answer reveals no configured value, and the log does not contain the token. */
function expectNothingRevealed(answer: Answer, sent: Sent, { log }: Fixture, given: Given): void {
  const { url, audience, keys } = given.issuer;
  const sentBack = [answer.body, ...Object.values(answer.headers)].join('\n');
  for (const secret of [url, audience, ...keys.map(({ kid }) => kid)]) {
    expect(sentBack).not.toContain(secret);
  }
  const values = [sent.token, ...(Array.isArray(sent.headers) ? sent.headers : [])];
  const tails = values.map((value) => value?.split(/[ .]/).at(-1) ?? '');
  // A value of this length can only be the signature.
  for (const tail of tails.filter(({ length }) => length > 80)) {
    expect(log.text()).not.toContain(tail);
  }
}
