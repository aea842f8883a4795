import { readFileSync } from 'node:fs';
import { AUTH_ERROR_CODES } from '../../src/auth/index.js';
import { API_VERSION } from '../../src/version.js';
import { type Api, startApi } from '../support/api.js';
import { faultsOf, givenValues, sampleOf } from './examples.js';
import {
  bodiesOf,
  callsOf,
  claimsFor,
  differences,
  type Document,
  documentOf,
  responseOf,
  scopesOf,
} from './operations.js';

interface Linter {
  createConfig: (settings: { extends: string[] }) => Promise<object>;
  lintFromString: (options: {
    source: string;
    absoluteRef: string;
    config: object;
  }) => Promise<{ ruleId: string; location: { pointer?: string }[] }[]>;
}

/** A variable, because the linter's own types take a fifth of the time of `npm run typecheck`. */
const LINTER: string = '@redocly/openapi-core';
const { createConfig, lintFromString } = (await import(LINTER)) as Linter;

describe('The document that the API serves', () => {
  let api: Api;
  let document: Document;

  beforeAll(async () => {
    api = await startApi({
      environment: {
        DOCS: 'on',
        AUTH0_CLIENT_ID: 'browser',
        SECURITY_CONTACT: 'security@example.com',
      },
    });
    document = await documentOf(api);
  });

  afterAll(() => api.close());

  const operation = (id: string) =>
    callsOf(document, api)
      .map((call) => call.operation)
      .find(({ operationId }) => operationId === id)!;

  const lint = async (source: string) => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
    return problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`);
  };

  it('passes the linter, which wants a refusal of public operations without input', async () => {
    const accepted = callsOf(document, api)
      .filter((call) => !/\b4/.test(Object.keys(call.operation.responses).join()))
      .map(({ route }) => route.split(' ') as [string, string])
      .map(([method, path]) => `${path.replaceAll('/', '~1')}/${method.toLowerCase()}`)
      .map((pointer) => `operation-4xx-response #/paths/${pointer}/responses`);
    expect(accepted).toContain('operation-4xx-response #/paths/~1api~1public/get/responses');
    expect(await lint((await api.get('/docs-json')).body)).toEqual(accepted);
    expect(await lint((await api.get('/docs-yaml')).body)).toEqual(accepted);
  });

  it('fails the linter when an operation refers to an unknown security scheme', async () => {
    const { operationId, ...unnamed } = operation('Messages_list');
    const paths = { '/api/messages': { get: { ...unnamed, security: [{ unknown: [] }] } } };
    expect(operationId).toBe('Messages_list');
    expect(await lint(JSON.stringify({ ...document, paths }))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^security-defined /)]),
    );
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(API_VERSION).toBe(version);
    expect(document).toMatchObject({ info: { version } });
  });

  it.each([
    ['Open_greet', [], { access: 'public', scopes: [], claims: [] }],
    ['Private_greeting', [{}, { issuer: [] }], { access: 'optional', scopes: [], claims: [] }],
    ['Private_me', [{ issuer: [] }], { access: 'token', scopes: [], claims: [] }],
    [
      'Scopes_feed',
      [{ issuer: ['read:feed'] }, { issuer: ['read:admin'] }],
      {
        access: 'token',
        scopes: [{ scopes: ['read:feed', 'read:admin'], match: 'any' }],
        claims: [],
      },
    ],
    [
      'Scopes_edit',
      [{ issuer: ['read:admin', 'write:admin'] }],
      {
        access: 'token',
        scopes: [{ scopes: ['read:admin', 'write:admin'], match: 'all' }],
        claims: [],
      },
    ],
    [
      'Scopes_protected',
      [{ issuer: ['read:protected'] }],
      {
        access: 'token',
        scopes: [{ scopes: ['read:protected'], match: 'all', from: ['scope', 'permissions'] }],
        claims: [],
      },
    ],
    [
      'Claims_editor',
      [{ issuer: [] }],
      {
        access: 'token',
        scopes: [],
        claims: [{ claim: 'roles', includes: ['admin', 'editor'], match: 'all' }],
      },
    ],
    [
      'Private_sensitive',
      [{ issuer: [] }],
      {
        access: 'token',
        scopes: [],
        claims: [],
        stepUp: [{ maxAgeSec: 300, from: { authTime: 'auth_time', acr: 'acr', amr: 'amr' } }],
      },
    ],
    [
      'Claims_admin',
      [{ issuer: [] }],
      { access: 'token', scopes: [], claims: [{ claim: 'isAdmin', equals: true }] },
    ],
    [
      'Claims_premium',
      [{ issuer: [] }],
      {
        access: 'token',
        scopes: [],
        claims: [{ message: 'Premium tier or admin role required' }],
      },
    ],
  ])('says who may call %s', (id, security, access) => {
    expect(operation(id)).toMatchObject({ security });
    expect(operation(id)['x-access']).toEqual({ stepUp: [], ...access });
  });

  it('lists the claims that grant scopes', () => {
    expect(document['x-grant-claims']).toEqual(['scope', 'scp']);
  });

  it('has the schemas that validate input, and those of responses', () => {
    expect(document.components.schemas).toMatchObject({
      MessageInput: {
        required: ['text'],
        additionalProperties: false,
        properties: { text: { type: 'string', minLength: 1, maxLength: 2000 } },
      },
      Message: { properties: { createdAt: { type: 'string', format: 'date-time' } } },
    });
    expect(operation('AdminMessages_list').parameters).toMatchObject([
      { name: 'limit', in: 'query', required: false, schema: { minimum: 1, maximum: 100 } },
      { name: 'cursor', in: 'query', required: false },
      { name: 'author', in: 'query', required: false, schema: { maxLength: 255 } },
    ]);
    expect(operation('Messages_create').parameters).toMatchObject([
      { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } },
    ]);
  });

  it('describes the challenge and the body of a refused token', () => {
    expect(responseOf(document, operation('Private_me'), '401')).toMatchObject({
      headers: { 'WWW-Authenticate': { $ref: '#/components/headers/WWW-Authenticate' } },
      content: {
        'application/json': {
          schema: {
            anyOf: [
              { $ref: '#/components/schemas/InvalidToken' },
              { $ref: '#/components/schemas/MissingToken' },
            ],
          },
        },
      },
    });
    expect(responseOf(document, operation('Scopes_edit'), '403')).toMatchObject({
      headers: { 'WWW-Authenticate': {} },
      content: {
        'application/json': { schema: { $ref: '#/components/schemas/InsufficientScope' } },
      },
    });
    expect(document.components.schemas).toMatchObject({
      InvalidToken: {
        required: ['statusCode', 'message', 'error', 'error_description', 'code'],
        properties: {
          statusCode: { const: 401 },
          error: { const: 'invalid_token' },
          code: { enum: AUTH_ERROR_CODES.invalid_token },
        },
      },
      MissingToken: {
        required: ['statusCode', 'message'],
        properties: { statusCode: { const: 401 }, message: { const: 'Unauthorized' } },
      },
    });
  });

  it('describes an outage with Retry-After and without a challenge', () => {
    const outage = responseOf(document, operation('Messages_list'), '503');
    expect(outage).toMatchObject({
      headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
      content: {
        'application/json': {
          schema: {
            anyOf: [
              { $ref: '#/components/schemas/TemporarilyUnavailable' },
              { $ref: '#/components/schemas/DatabaseUnavailable' },
            ],
          },
        },
      },
    });
    expect(outage).not.toHaveProperty('headers.WWW-Authenticate');
  });

  it('describes every successful response as the API sends it', async () => {
    const scope = scopesOf(document).join(' ');
    const calls = callsOf(document, api);
    /** Creates what the `{id}` of a route is: `messages`, also in `/api/admin/messages/{id}`. */
    const create = async (route: string) => {
      const [, resource] = /\/([^/]+)\/\{id\}/.exec(route)!;
      const post = calls.find((call) => new RegExp(`^POST .*/${resource}$`).test(call.route))!;
      return (await post.call({ token: api.issuer.mint({ scope }) })).json as { id: string };
    };
    const removed = await create('/messages/{id}');
    await api.send('DELETE', `/api/admin/messages/${removed.id}`, {
      token: api.issuer.mint({ scope }),
    });
    await create('/messages/{id}');
    for (const { route, operation: each, call } of calls) {
      const token = api.issuer.mint({ scope, ...claimsFor(each) });
      const answer = await call({ token }, route.includes('{id}') ? (await create(route)).id : '');
      expect([route, [200, 201, 204].includes(answer.status)]).toEqual([route, true]);
      expect([route, differences(document, each, answer)]).toEqual([route, []]);
      const { headers = {} } = responseOf(document, each, answer.status)!;
      for (const name of Object.keys(headers)) {
        expect(answer.headers).toHaveProperty(name.toLowerCase());
      }
    }
  });

  it('has an example of every body and every answer, as its schema says', () => {
    const wrong: unknown[] = [];
    let count = 0;
    for (const { operation: each } of callsOf(document, api)) {
      for (const [place, { schema, examples }] of bodiesOf(document, each)) {
        // Without @Operation() an answer may be any JSON.
        if (Object.keys(schema).length === 0) continue;
        const named = Object.values(examples ?? {}).map(({ value }) => value);
        const values = named.length > 0 ? named : [sampleOf(document, schema)];
        wrong.push(
          ...values
            .flatMap((value) => faultsOf(document, schema, value))
            .map((fault) => [place, fault]),
        );
        count += values.length;
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(callsOf(document, api).length);
  });

  it('has no example and no default that its schema refuses', () => {
    const faults = (of: object) =>
      givenValues(of).flatMap(([place, schema, value]) =>
        faultsOf(document, schema, value).length > 0 ? [place] : [],
      );
    expect(faults(document)).toEqual([]);
    expect(givenValues(document).length).toBeGreaterThan(30);
    const parameters = [
      { schema: { type: 'integer', default: 'x' } },
      { schema: { $ref: '#/components/schemas/MessageInput' }, example: { text: 7 } },
    ];
    expect(faults({ parameters })).toEqual(['#/parameters/0/schema', '#/parameters/1']);
  });

  it('has the examples that the API answers with', async () => {
    const token = api.issuer.mint({ sub: 'auth0|eve', scope: 'write:messages' });
    const json = { text: 'Mine' };
    const own = await api.send('POST', '/api/messages', { token, json });
    const path = own.headers.location!;
    const patch = (ask: object) =>
      api.send('PATCH', path, {
        token: api.issuer.mint({ scope: 'write:messages' }),
        json,
        ...ask,
      });
    const answers = {
      NotAuthor: await patch({}),
      NoSubject: await patch({
        token: api.issuer.mint({ sub: undefined, scope: 'write:messages' }),
      }),
      InvalidInput: await patch({ json: { ...json, author: 'me' } }),
      PayloadTooLarge: await patch({ json: { text: 'x'.repeat(70_000) } }),
      UnsupportedMediaType: await patch({ headers: { 'Content-Type': 'text/plain' } }),
      InvalidToken: await patch({ token: api.issuer.mint({ exp: 1 }) }),
      MissingToken: await patch({ token: undefined }),
      NotFound: await api.send('PATCH', '/api/messages/none', { token, json }),
    };
    for (const [name, { status, json: body }] of Object.entries(answers)) {
      const { content } = responseOf(document, operation('Messages_edit'), status)!;
      const examples = content?.['application/json'].examples ?? {};
      expect([name, examples[name]?.value]).toEqual([name, body]);
    }
  });

  it('says what an :id is, and that the API has nothing under another text', async () => {
    const token = api.issuer.mint({ scope: scopesOf(document).join(' ') });
    const described: string[] = [];
    for (const { route, operation: each, call } of callsOf(document, api)) {
      for (const parameter of each.parameters.filter((one) => one.in === 'path')) {
        expect([route, parameter]).toEqual([
          route,
          expect.objectContaining({ description: expect.stringMatching(/\w+/) }),
        ]);
        if (parameter.name !== 'id') continue;
        expect(parameter.schema).toMatchObject({ type: 'string', format: 'uuid' });
        expect([route, (await call({ token }, 'first')).status]).toEqual([route, 404]);
        described.push(route);
      }
    }
    expect(described).toContain('PATCH /api/messages/{id}');
  });

  it('introduces tokens, errors and pages', () => {
    const { description } = document.info;
    for (const word of ['Authorization: Bearer', 'WWW-Authenticate', 'Retry-After', 'nextCursor']) {
      expect(description).toContain(word);
    }
  });

  it('describes its tags, in the order of the modules', () => {
    expect(document.tags).toEqual(
      expect.arrayContaining([
        { name: 'Messages', description: expect.stringMatching(/^Messages\. .*\.$/) },
        { name: 'Admin messages', description: expect.stringMatching(/^Moderation: .*\.$/) },
      ]),
    );
    const used = new Set(callsOf(document, api).flatMap((call) => call.operation.tags));
    expect([...used]).toEqual(expect.arrayContaining(document.tags.map(({ name }) => name)));
  });

  it('has actions as summaries, each once', () => {
    const summaries = callsOf(document, api).map((call) => call.operation.summary);
    expect(summaries).toEqual(
      expect.arrayContaining(['List messages', 'Delete a message of anyone', 'Greet editors']),
    );
    expect(summaries.filter((summary) => !/^[A-Z][a-z]+ \S/.test(summary))).toEqual([]);
    expect(new Set(summaries).size).toBe(summaries.length);
  });

  it('explains a 403 that no scope would prevent', () => {
    expect(responseOf(document, operation('Messages_edit'), '403')!.description).toBe(
      'The access token does not grant what the operation requires. ' +
        'Or: The resource belongs to another subject, and only its author may change it. There is ' +
        'no challenge, because no scope would help. ' +
        'Or: The access token has no `sub` to write for.',
    );
    expect(responseOf(document, operation('Messages_create'), '403')!.description).not.toContain(
      'another subject',
    );
  });

  it('names a discovery document that the page of the docs may fetch', async () => {
    const { href, origin } = new URL('/.well-known/openid-configuration', api.issuer.url);
    const { issuer } = document.components.securitySchemes;
    expect(issuer).toMatchObject({ type: 'openIdConnect', openIdConnectUrl: href });
    const { headers } = await api.get('/docs/');
    expect(headers['content-security-policy']).toContain(`connect-src 'self' ${origin}`);
  });
});
