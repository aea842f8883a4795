import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { z } from 'zod';
import { createTestIssuer } from '../../src/auth/testing/index.js';
import { API_VERSION } from '../../src/openapi/document.js';
import { type Api, startApi } from '../support/api.js';
import { callsOf, claimsFor, type Document, documentOf } from './operations.js';

/** Warnings of the linter that stay, with the reason. */
const KNOWN = [
  // Who is let in without a look at a token or at any input cannot be refused.
  'operation-4xx-response #/paths/~1api~1public/get/responses',
  'operation-4xx-response #/paths/~1api~1open/get/responses',
];

describe('The document', () => {
  let api: Api;
  let document: Document;

  beforeAll(async () => {
    api = await startApi({ environment: { DOCS: 'on' } });
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
    expect(await lint((await api.get('/docs-json')).body)).toEqual(KNOWN);
    expect(await lint((await api.get('/docs-yaml')).body)).toEqual(KNOWN);
  });

  it('would not pass it with a fault', async () => {
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

  it('says which claims grant scopes', () => {
    expect(document['x-grant-claims']).toEqual(['scope', 'scp']);
  });

  it('has the schemas of what validates and of what is answered', () => {
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

  describe('of refusals', () => {
    const response = (id: string, status: string) => {
      const { $ref } = operation(id).responses[status] as { $ref: string };
      return $ref
        .slice(2)
        .split('/')
        .reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], document);
    };

    it('has the challenge and the body', () => {
      expect(response('Private_me', '401')).toMatchObject({
        headers: { 'WWW-Authenticate': { $ref: '#/components/headers/WWW-Authenticate' } },
        content: { 'application/json': { schema: { $ref: '#/components/schemas/InvalidToken' } } },
      });
      expect(response('Scopes_edit', '403')).toMatchObject({
        headers: { 'WWW-Authenticate': {} },
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/InsufficientScope' } },
        },
      });
    });

    it('has Retry-After and no challenge where waiting helps', () => {
      expect(response('Messages_list', '503')).toMatchObject({
        headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
        content: {
          'application/json': {
            schema: {
              oneOf: [
                { $ref: '#/components/schemas/TemporarilyUnavailable' },
                { $ref: '#/components/schemas/DatabaseUnavailable' },
              ],
            },
          },
        },
      });
      expect(response('Messages_list', '503')).not.toHaveProperty('headers.WWW-Authenticate');
    });
  });

  it('has for each answer of success the schema that it really has', async () => {
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
      const { status, json, headers } = await call({ token }, id);
      const success = each.responses[String(status)] as Success | undefined;
      expect([route, success]).toEqual([route, expect.anything()]);
      const { schema } = success?.content?.['application/json'] ?? {};
      expect([route, json === undefined]).toEqual([route, schema === undefined]);
      if (schema) expect([route, faults(schema, json)]).toEqual([route, []]);
      for (const name of Object.keys(success?.headers ?? {})) {
        expect(headers).toHaveProperty(name.toLowerCase());
      }
    }
  });

  interface Success {
    content?: { 'application/json': { schema: object } };
    headers?: object;
  }

  /** What a value has that its schema does not know, and the other way round. */
  function faults(schema: object, value: unknown): unknown[] {
    const $defs = document.components.schemas;
    const source = JSON.stringify({ ...schema, $defs })
      .replaceAll('#/components/schemas/', '#/$defs/')
      .replaceAll(
        '"type":"object","properties"',
        '"type":"object","additionalProperties":false,"properties"',
      );
    return z.fromJSONSchema(JSON.parse(source)).safeParse(value).error?.issues ?? [];
  }

  it('has the endpoints that the issuer tells, and the scopes with their uses', async () => {
    const issuer = await createTestIssuer();
    const endpoints = {
      authorization_endpoint: 'https://login.example.com/authorize',
      token_endpoint: 'https://login.example.com/token',
    };
    issuer.fail((_request, response) => response.end(JSON.stringify(endpoints)));
    const other = await startApi({ issuer, environment: { DOCS: 'on' } });
    const { components } = await documentOf(other);
    await Promise.all([other.close(), issuer.close()]);
    expect(components.securitySchemes.issuer).toMatchObject({
      type: 'oauth2',
      flows: {
        authorizationCode: {
          authorizationUrl: 'https://login.example.com/authorize',
          tokenUrl: 'https://login.example.com/token',
          scopes: {
            'write:admin':
              'For those who may read and write as an administrator; Delete a message of anyone',
          },
        },
      },
    });
  });
});
