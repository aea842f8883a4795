import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { AUTH_ERROR_CODES } from '../../src/auth/index.js';
import { API_VERSION } from '../../src/openapi/document.js';
import { type Api, startApi } from '../support/api.js';
import {
  callsOf,
  claimsFor,
  differences,
  type Document,
  documentOf,
  responseOf,
} from './operations.js';

/** Accepted warnings of the linter. */
const ACCEPTED = [
  // Public operations without input refuse nothing.
  'operation-4xx-response #/paths/~1api~1public/get/responses',
  'operation-4xx-response #/paths/~1api~1open/get/responses',
  'operation-4xx-response #/paths/~1config.json/get/responses',
];

describe('The document that the API serves', () => {
  let api: Api;
  let document: Document;

  beforeAll(async () => {
    api = await startApi({ environment: { DOCS: 'on', AUTH0_CLIENT_ID: 'browser' } });
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

  it('passes the linter', async () => {
    expect(await lint((await api.get('/docs-json')).body)).toEqual(ACCEPTED);
    expect(await lint((await api.get('/docs-yaml')).body)).toEqual(ACCEPTED);
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
    expect(operation(id)['x-access']).toEqual(access);
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
    const scope = 'read:messages write:messages read:protected read:feed read:admin write:admin';
    const write = async () => {
      const token = api.issuer.mint({ scope });
      return (await api.send('POST', '/api/messages', { token, json: { text: 'A message' } })).json;
    };
    const removed = (await write()) as { id: string };
    await api.send('DELETE', `/api/admin/messages/${removed.id}`, {
      token: api.issuer.mint({ scope }),
    });
    for (const { route, operation: each, call } of callsOf(document, api)) {
      const { id } = (await write()) as { id: string };
      const token = api.issuer.mint({ scope, ...claimsFor(each) });
      const answer = await call({ token }, id);
      expect([route, [200, 201, 204].includes(answer.status)]).toEqual([route, true]);
      expect([route, differences(document, each, answer)]).toEqual([route, []]);
      const { headers = {} } = responseOf(document, each, answer.status)!;
      for (const name of Object.keys(headers)) {
        expect(answer.headers).toHaveProperty(name.toLowerCase());
      }
    }
  });

  it('names a discovery document that the page of the docs may fetch', async () => {
    const { href, origin } = new URL('/.well-known/openid-configuration', api.issuer.url);
    const { issuer } = document.components.securitySchemes;
    expect(issuer).toMatchObject({ type: 'openIdConnect', openIdConnectUrl: href });
    const { headers } = await api.get('/docs/');
    expect(headers['content-security-policy']).toContain(`connect-src 'self' ${origin}`);
  });
});
