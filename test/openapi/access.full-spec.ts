import { createAdapter } from '../../src/http/adapter.js';
import { CONNECTION, type Connection } from '../../src/database/connection.js';
import { type Api, startApi } from '../support/api.js';
import { expectRefusal } from '../support/refusal.js';
import { expectDatabaseUnavailable } from '../support/unavailable.js';
import {
  type Call,
  callsOf,
  claimsFor,
  differences,
  type Document,
  documentOf,
  validBody,
} from './operations.js';

describe('The access rules of the document, compared with the running API', () => {
  let api: Api;
  let document: Document;
  let calls: Call[];
  const routes: string[] = [];

  beforeAll(async () => {
    const adapter = createAdapter({ trustedProxies: [] });
    adapter.getInstance().addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push(`${each} ${url}`);
    });
    const environment = {
      DOCS: 'on',
      AUTH0_CLIENT_ID: 'browser',
      SECURITY_CONTACT: 'security@example.com',
    };
    api = await startApi({ adapter, environment, ownDatabase: true });
    document = await documentOf(api);
    calls = callsOf(document, api);
  });

  afterAll(() => api.close());

  const takesNoToken = ({ operation }: Call) =>
    operation.security.length === 0 || operation.security.some((one) => !('issuer' in one));

  /** A token with these scopes in one claim, and with the claims that the operation requires. */
  const tokenFor = ({ operation }: Call, claim: string, scopes: readonly string[]) =>
    api.issuer.mint({
      ...claimsFor(operation),
      [claim]: claim === 'scope' ? scopes.join(' ') : scopes,
    });

  /** The claims that may grant the scopes of an operation. */
  const grantClaims = ({ operation }: Call) =>
    operation['x-access'].scopes[0]?.from ?? document['x-grant-claims'];

  it('cover every route of the API, and no other', () => {
    const documented = calls.map(({ route }) => route.replace(/\{(\w+)\}/g, ':$1'));
    const served = routes.filter((route) =>
      /^(?!HEAD)\w+ \/(?:api\/|health\/|\.well-known\/|config\.json$)/.test(route),
    );
    expect(documented.toSorted()).toEqual(served.toSorted());
    expect(documented.length).toBeGreaterThan(20);
  });

  it('refuse a request without a token, except where none is required', async () => {
    for (const each of calls) {
      const answer = await each.call();
      if (takesNoToken(each)) expect([each.route, answer.status]).toEqual([each.route, 200]);
      else expectRefusal(answer, { status: 401 });
    }
  });

  it('refuse a malformed token, except on public operations', async () => {
    const open = [];
    for (const each of calls) {
      const answer = await each.call({ token: 'no.good.token' });
      if (answer.status === 200) open.push(each.operation);
      else expectRefusal(answer, { status: 401, code: 'token_malformed' });
    }
    expect(open).toEqual(
      calls.map(({ operation }) => operation).filter(({ security }) => security.length === 0),
    );
    expect(open.map(({ operationId }) => operationId)).toContain('Open_greet');
  });

  it('refuse a token without scopes and claims, and name what it lacks', async () => {
    for (const { route, operation, call } of calls) {
      const answer = await call({ token: api.issuer.mint() });
      const { scopes, claims, stepUp } = operation['x-access'];
      if (scopes.length > 0) {
        const scope = scopes[0]!.scopes.join(' ');
        expectRefusal(answer, { status: 403, code: 'insufficient_scope', scope });
      } else if (claims.length > 0) {
        const description = claims[0]!.message;
        const expected = { status: 401, code: 'claim_requirement' };
        expectRefusal(answer, description === undefined ? expected : { ...expected, description });
      } else if (stepUp.length > 0) {
        expectRefusal(answer, {
          status: 401,
          error: 'insufficient_user_authentication',
          code: 'authentication_insufficient',
          parameters: `, max_age="${stepUp[0]!.maxAgeSec}"`,
        });
      } else {
        expect([route, answer.status]).toEqual([route, 200]);
      }
    }
  });

  it('accept each combination of scopes, granted by each grant claim', async () => {
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

  it('refuse a combination that lacks a scope, and scopes in another claim', async () => {
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

  it('describe every answer of the API, and list no other status', async () => {
    for (const each of calls) {
      const { route, operation } = each;
      const scopes = operation.security.at(-1)?.issuer ?? [];
      const [claim] = grantClaims(each);
      const token = tokenFor(each, claim!, scopes);
      const asks = [{}, { token }, { token: 'x' }, { token: api.issuer.mint() }];
      const answers = await Promise.all(asks.map((ask) => each.call(ask)));
      const headers = ['Authorization', `Bearer ${token}`, 'Authorization', `Bearer ${token}`];
      answers.push(await each.call({ headers }));
      if (operation.requestBody) {
        answers.push(
          await each.call({ token, json: [] }),
          await each.call({ token, json: ['x'.repeat(70_000)] }),
          await each.call({ token, headers: { 'Content-Type': 'text/plain' } }),
        );
      }
      if ('422' in operation.responses) {
        const keyed = { token, headers: { 'Idempotency-Key': 'reused' } };
        for (const text of ['One', 'Two'])
          answers.push(await each.call({ ...keyed, json: { text } }));
      }
      if (operation.parameters.some((parameter) => parameter.in === 'query')) {
        const [method, path] = route.split(' ') as [string, string];
        answers.push(await api.send(method, `${path}?unknown=1`, { token }));
      }
      const wrong = answers.flatMap((answer) => differences(document, operation, answer));
      expect([route, wrong]).toEqual([route, []]);

      // What is behind a 503 and the 404 without an id has tests below. Nothing has the id.
      const untested = route.includes('{id}') ? ['200', '204', '503'] : ['404', '503'];
      const seen = new Set(answers.map(({ status }) => String(status)));
      const unseen = Object.keys(operation.responses).filter((status) => !seen.has(status));
      expect([route, unseen.filter((status) => !untested.includes(status))]).toEqual([route, []]);
    }
  });

  it('list a 503 for an outage of the issuer, and a 404 for what is not configured', async () => {
    const stranger = await startApi({
      environment: { ISSUER_BASE_URL: 'http://127.0.0.1:9/' },
    });
    try {
      for (const { route, operation } of calls) {
        const [method, path] = route.split(' ') as [string, string];
        const token = api.issuer.mint({ iss: 'http://127.0.0.1:9/' });
        const json = validBody(document, operation);
        const answer = await stranger.send(method, path, { token, json });
        // Without a client id, there is no /config.json; without a contact, no security.txt.
        const [status = 200] = [503, 404].filter((one) => String(one) in operation.responses);
        expect([route, answer.status]).toEqual([route, status]);
        expect([route, differences(document, operation, answer)]).toEqual([route, []]);
      }
    } finally {
      await stranger.close();
    }
  });

  // The last test, because it closes the database.
  it('list a 503 where the operation needs the database', async () => {
    await api.app.get<Connection>(CONNECTION).close();
    for (const each of calls) {
      const scopes = each.operation.security.at(-1)?.issuer ?? [];
      const [claim] = grantClaims(each);
      const answer = await each.call({ token: tokenFor(each, claim!, scopes) });
      const { $ref = '' } = (each.operation.responses['503'] ?? {}) as { $ref?: string };
      if ($ref.includes('DatabaseUnavailable')) expectDatabaseUnavailable(answer);
      // The readiness is that of the last second.
      else if (!$ref.includes('NotReady'))
        expect([each.route, answer.status]).toEqual([each.route, 200]);
    }
  });
});
