import { createAdapter } from '../../src/http/adapter.js';
import { CONNECTION, type Connection } from '../../src/database/connection.js';
import { type Api, startApi } from '../support/api.js';
import { expectRefusal } from '../support/refusal.js';
import { expectDatabaseUnavailable } from '../support/unavailable.js';
import { type Call, callsOf, claimsFor, type Document, documentOf } from './operations.js';

describe('What the document says of access, asked of the running API', () => {
  let api: Api;
  let document: Document;
  let calls: Call[];
  const routes: string[] = [];

  beforeAll(async () => {
    const adapter = createAdapter();
    adapter.getInstance().addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push(`${each} ${url}`);
    });
    api = await startApi({ adapter, environment: { DOCS: 'on' } });
    document = await documentOf(api);
    calls = callsOf(document, api);
  });

  afterAll(() => api.close());

  const takesNoToken = ({ operation }: Call) =>
    operation.security.length === 0 || operation.security.some((one) => !('issuer' in one));

  /** A token with these scopes in one claim, and with the claims that the operation asks for. */
  const tokenFor = ({ operation }: Call, claim: string, scopes: readonly string[]) =>
    api.issuer.mint({
      ...claimsFor(operation),
      [claim]: claim === 'scope' ? scopes.join(' ') : scopes,
    });

  /** The claims that may grant the scopes of an operation. */
  const grantClaims = ({ operation }: Call) =>
    operation['x-access'].scopes[0]?.from ?? document['x-grant-claims'];

  it('is said of every route of the API, and of no other', () => {
    const documented = calls.map(({ route }) => route.replace(/\{(\w+)\}/g, ':$1'));
    const served = routes.filter((route) => /^(?!HEAD)\w+ \/api\//.test(route));
    expect(documented.toSorted()).toEqual(served.toSorted());
    expect(documented.length).toBeGreaterThan(20);
  });

  it('without a token, all are refused but those that take none', async () => {
    for (const each of calls) {
      const answer = await each.call();
      if (takesNoToken(each)) expect([each.route, answer.status]).toEqual([each.route, 200]);
      else expectRefusal(answer, { status: 401 });
    }
  });

  it('with a bad token, all are refused but those that do not look at it', async () => {
    const open = [];
    for (const each of calls) {
      const answer = await each.call({ token: 'no.good.token' });
      if (answer.status === 200) open.push(each.operation);
      else expectRefusal(answer, { status: 401, code: 'token_malformed' });
    }
    expect(open).toEqual(
      calls.map(({ operation }) => operation).filter(({ security }) => security.length === 0),
    );
    expect(open).toHaveLength(2);
  });

  it('with a token that has nothing, those that ask for scopes are refused for them, those that ask for claims for these', async () => {
    for (const { route, operation, call } of calls) {
      const answer = await call({ token: api.issuer.mint() });
      const { scopes, claims } = operation['x-access'];
      if (scopes.length > 0) {
        const scope = scopes[0]!.scopes.join(' ');
        expectRefusal(answer, { status: 403, code: 'insufficient_scope', scope });
      } else if (claims.length > 0) {
        const description = claims[0]!.message;
        const expected = { status: 401, code: 'claim_requirement' };
        expectRefusal(answer, description === undefined ? expected : { ...expected, description });
      } else {
        expect([route, answer.status]).toEqual([route, 200]);
      }
    }
  });

  it('each alternative passes, by each claim that may grant it', async () => {
    const tried: string[] = [];
    const passed: string[] = [];
    for (const each of calls) {
      for (const { issuer: scopes } of each.operation.security) {
        for (const claim of scopes === undefined ? [] : grantClaims(each)) {
          const { status } = await each.call({ token: tokenFor(each, claim, scopes!) });
          if (status !== 401 && status !== 403)
            passed.push(`${each.route} ${claim} ${scopes!.join(' ')}`);
          tried.push(`${each.route} ${claim} ${scopes!.join(' ')}`);
        }
      }
    }
    expect(passed).toEqual(tried);
    expect(tried.length).toBeGreaterThan(calls.length);
  });

  it('no alternative passes with one of its scopes less, nor by another claim', async () => {
    for (const each of calls) {
      for (const { issuer: scopes = [] } of each.operation.security) {
        for (const missing of scopes) {
          const others = scopes.filter((scope) => scope !== missing);
          const tokens = grantClaims(each).map((claim) => tokenFor(each, claim, others));
          tokens.push(tokenFor(each, 'granted', scopes));
          for (const token of tokens) {
            const { status } = await each.call({ token });
            expect([each.route, others, status]).toEqual([each.route, others, 403]);
          }
        }
      }
    }
  });

  it('no status comes that the document does not know', async () => {
    for (const each of calls) {
      const { security, responses, requestBody, parameters } = each.operation;
      const scopes = security.at(-1)?.issuer ?? [];
      const [claim] = grantClaims(each);
      const token = tokenFor(each, claim!, scopes);
      const asks = [{}, { token }, { token: 'x' }, { token: api.issuer.mint() }];
      const answers = await Promise.all(asks.map((ask) => each.call(ask)));
      const headers = ['Authorization', `Bearer ${token}`, 'Authorization', `Bearer ${token}`];
      answers.push(await each.call({ headers }));
      if (requestBody) {
        answers.push(
          await each.call({ token, json: { text: 7 } }),
          await each.call({ token, json: { text: 'x'.repeat(70_000) } }),
          await each.call({ token, headers: { 'Content-Type': 'text/plain' } }),
        );
      }
      if (parameters.some((parameter) => parameter.in === 'query')) {
        const [method, path] = each.route.split(' ') as [string, string];
        answers.push(await api.send(method, `${path}?limit=0`, { token }));
      }
      const known = [...Object.keys(responses), ...(security.length === 0 ? [] : ['503'])];
      const statuses = new Set(answers.map(({ status }) => String(status)));
      expect({
        route: each.route,
        unknown: [...statuses].filter((one) => !known.includes(one)),
      }).toEqual({
        route: each.route,
        unknown: [],
      });
      // Nor is one documented that cannot be brought about, but an outage.
      const unseen = Object.keys(responses).filter((one) => one !== '503' && !statuses.has(one));
      const needsMessage = each.route.includes('{id}') ? ['200', '204'] : [];
      expect({
        route: each.route,
        unseen: unseen.filter((one) => !needsMessage.includes(one)),
      }).toEqual({
        route: each.route,
        unseen: [],
      });
    }
  });

  it('an outage of the issuer is a 503 where a token is looked at', async () => {
    const stranger = await startApi({
      environment: { DOCS: 'on', ISSUER_BASE_URL: 'http://127.0.0.1:9/' },
    });
    try {
      for (const { route, operation } of calls) {
        const [method, path] = route.split(' ') as [string, string];
        const token = api.issuer.mint({ iss: 'http://127.0.0.1:9/' });
        const json = operation.requestBody && { text: 'A message' };
        const { status } = await stranger.send(method, path, { token, json });
        expect([route, status]).toEqual([route, '503' in operation.responses ? 503 : 200]);
      }
    } finally {
      await stranger.close();
    }
  });

  // Last, for it takes the database away.
  it('an outage of the database is a 503 where the document says so', async () => {
    await api.app.get<Connection>(CONNECTION).close();
    for (const each of calls) {
      const scopes = each.operation.security.at(-1)?.issuer ?? [];
      const [claim] = grantClaims(each);
      const answer = await each.call({ token: tokenFor(each, claim!, scopes) });
      const { $ref = '' } = (each.operation.responses['503'] ?? {}) as { $ref?: string };
      if ($ref.includes('DatabaseAway')) expectDatabaseUnavailable(answer);
      else expect([each.route, answer.status]).toEqual([each.route, 200]);
    }
  });
});
