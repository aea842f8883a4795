import { STATUS_CODES } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { AccessRules, resolveAuthOptions } from '../auth/index.js';
import { type AccessExtension, accessExtension } from './access-extension.js';
import { accessInWords } from './access-in-words.js';
import { Handlers } from './handlers.js';
import { type IssuerConfig, knownEndpoints, loginScheme } from './login.js';
import { type DescribedOperation, describedOperation } from './operation.decorator.js';
import { Refusals } from './refusals.js';
import { convertSchema, schemaConverter } from './schema.js';
import { SCHEME, securityOf } from './security.js';

/** Version of what the API promises its clients. */
export const API_VERSION = '0.1.0';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']> & { 'x-access'?: AccessExtension };
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** A document with what a client needs to judge `x-access` by a token of its own. */
export interface ApiDocument extends OpenAPIObject {
  'x-grant-claims': readonly string[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** What the document has in common with every other of this API. */
const BASE: Omit<OpenAPIObject, 'paths'> = {
  openapi: '3.1.0',
  info: {
    title: 'Messages',
    description: 'Messages and their moderation, behind access tokens.',
    version: API_VERSION,
    license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
  },
  servers: [{ url: '/' }],
};

/**
 * The OpenAPI document of an application. Who may call an operation is derived from the rule that the guards go by, what
 * goes in from the schemas that validate it. The application may be one of Nest's preview mode, which runs nothing.
 *
 * `x-access` of an operation is its rule as JSON, `x-grant-claims` of the document the claims that grant scopes.
 */
export function createDocument(app: INestApplication, config: IssuerConfig): ApiDocument {
  const { auth } = config;
  const discovery = new DiscoveryService(app.get(ModulesContainer));
  const scanner = new MetadataScanner();
  const handlers = new Handlers(discovery, scanner);
  const rules = new AccessRules(discovery, scanner);
  const { claimFailure, grantClaims } = resolveAuthOptions(auth);
  const refusals = new Refusals();

  const document = SwaggerModule.createDocument(app, BASE, {
    operationIdFactory: handlers.nameOperation,
    standardSchemaConverter: schemaConverter,
  });
  const schemas: Schemas = { ...document.components?.schemas };

  for (const operation of operationsOf(document)) {
    const { controller, method } = handlers.of(operation.operationId!);
    const rule = rules.of(controller, controller.prototype[method]!);
    const described = describedOperation(controller.prototype, method);

    describeSuccess(operation, described, schemas);
    const { failures = [] } = described;
    const refused = refusals.of({ rule, claimFailure, failures, ...inputOf(operation) });
    Object.assign(operation.responses, refused);
    Object.assign(operation, {
      summary: described.summary,
      description: accessInWords(rule),
      security: securityOf(rule),
      'x-access': accessExtension(rule),
    });
  }

  return {
    ...document,
    components: {
      ...refusals.components,
      schemas: sorted({ ...schemas, ...refusals.components.schemas }),
      securitySchemes: {
        [SCHEME]: loginScheme(auth.issuer, scopesOf(document), knownEndpoints(config)),
      },
    },
    'x-grant-claims': grantClaims,
  };
}

/** The scopes that operations of a document ask for, each with what it is good for. */
export function scopesOf(document: OpenAPIObject): Record<string, string> {
  const uses = new Map<string, Set<string>>();
  for (const operation of operationsOf(document)) {
    for (const scope of (operation['x-access']?.scopes ?? []).flatMap(({ scopes }) => scopes)) {
      uses.set(scope, (uses.get(scope) ?? new Set()).add(operation.summary ?? ''));
    }
  }
  return Object.fromEntries(
    [...uses].map(([scope, summaries]) => [scope, [...summaries].join('; ')]),
  );
}

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((item) => METHODS.flatMap((method) => item[method] ?? []));
}

function inputOf({ parameters = [], requestBody }: Operation) {
  const isIn = (place: string) => parameters.some((each) => 'in' in each && each.in === place);
  const hasBody = requestBody !== undefined;
  return { hasInput: hasBody || isIn('query'), hasBody, hasPathParameter: isIn('path') };
}

/** Nest knows the status of success and nothing else. */
function describeSuccess(
  { responses }: Operation,
  { answer, headers }: DescribedOperation,
  schemas: Schemas,
): void {
  const [[status, response]] = Object.entries(responses) as [[string, object]];
  Object.assign(response, { description: STATUS_CODES[status] });
  if (answer !== undefined) {
    const { schema, components } = convertSchema(answer);
    Object.assign(schemas, components);
    Object.assign(response, { content: { 'application/json': { schema } } });
  }
  if (headers !== undefined) {
    const entries = Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]);
    Object.assign(response, { headers: Object.fromEntries(entries) });
  }
}

const sorted = (schemas: Schemas): Schemas =>
  Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
