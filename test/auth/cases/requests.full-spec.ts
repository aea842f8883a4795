import { randomUUID } from 'node:crypto';
import type { Answer } from '../../support/http.js';
import { requestRaw } from '../../support/raw-http.js';
import { expectRefusal } from '../../support/refusal.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
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
import { createGivens, type Givens } from './given.js';
import { HEADER } from './header.js';
import { INHERITED, InheritedController } from './inherited.js';
import { JSON_TEXTS } from './json.js';
import { SCOPES } from './scopes.js';
import { SIGNATURES } from './signatures.js';
import { STRUCTURE } from './structure.js';
import { TOKEN_KINDS } from './token-kinds.js';
import { TRANSPORT } from './transport.js';

const PATH = '/routes/closed';

const TABLES: [name: string, given: () => Given, cases: readonly RequestCase[]][] = [
  ['credentials', () => givens.plain, TRANSPORT],
  ['structure', () => givens.plain, sampleOf(STRUCTURE)],
  ['JSON', () => givens.plain, sampleOf(JSON_TEXTS)],
  ['the JOSE header', () => givens.plain, sampleOf(HEADER)],
  ['algorithms', () => givens.plain, sampleOf(ALGORITHMS)],
  ['signatures', () => givens.versatile, sampleOf(SIGNATURES)],
  ['claims', () => givens.plain, sampleOf(CLAIMS)],
  ['token kinds', () => givens.plain, sampleOf(TOKEN_KINDS)],
  ['scopes', () => givens.plain, SCOPES],
  ['claim requirements', () => givens.plain, CLAIM_REQUIREMENTS],
  ['inherited claims', () => givens.plain, INHERITED],
];

const clock = new FakeClock();
let givens: Givens;

beforeAll(async () => {
  givens = await createGivens(clock);
});

afterAll(() => givens.close());

describe.each(ADAPTERS)('a route on %s', (adapter) => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture({
      adapter,
      issuer: givens.plain.issuer,
      clock,
      controllers: [...CONTROLLERS, InheritedController],
      options: { issuer: undefined, issuers: givens.issuers },
    });
  });

  afterAll(() => fixture.close());

  describe.each(TABLES)('%s', (_, givenOf, cases) => {
    let given: Given;

    beforeAll(() => {
      given = givenOf();
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

    it('accepts a valid token after all of these', async () => {
      const { status } = await fixture.get(PATH, given.issuer.mint({ jti: randomUUID() }));
      expect(status).toBe(200);
    });
  });
});

/** The first and the last token of each outcome; the whole tables are for the verifier. */
function sampleOf(cases: readonly TokenCase[]): RequestCase[] {
  const outcome = ([, , expected]: TokenCase) => (expected === PASS ? PASS : expected.code);
  const isFirst = (each: TokenCase) => cases.find((other) => outcome(other) === outcome(each));
  const isLast = (each: TokenCase) => cases.findLast((other) => outcome(other) === outcome(each));
  return cases
    .filter((each) => isFirst(each) === each || isLast(each) === each)
    .map(([title, make, expected]) => [title, (given) => ({ token: make(given) }), expected]);
}

async function deliver(fixture: Fixture, sent: Sent): Promise<Answer> {
  const { method = 'GET', path = PATH, lines, ...ask } = sent;
  if (!lines) return fixture.ask(method, path, ask);
  return requestRaw(await fixture.app.getUrl(), method, path, lines);
}

/** A refusal has only the headers of the contract and those of the server. */
function expectNoOtherHeaders({ headers }: Answer): void {
  const own = ['www-authenticate', 'cache-control', 'vary', 'content-type'];
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
