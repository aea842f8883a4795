import { STATUS_CODES } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import {
  type OpenAPIObject,
  type OperationIdFactory,
  type ResponseObject,
  type SecuritySchemeObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { z } from 'zod';
import { AccessRules, type ResolvedAuthOptions } from '../auth/index.js';
import { describeAccess, LISTS, SECURITY_SCHEME } from './access.js';
import { INTRODUCTION } from './introduction.js';
import {
  type DescribedOperation,
  describedOperation,
  TagDescription,
  tagOf,
} from './operation.decorator.js';
import { refusalsOf } from './refusals.js';
import { type Components, convertSchema, schemaConverter } from './schema.js';

/** Version of the API, as clients know it. */
export const API_VERSION = '0.1.0';

export interface DocumentOptions extends Pick<ResolvedAuthOptions, 'claimFailure' | 'grantClaims'> {
  issuer: string;
  isAuth0: boolean;
}

/** `x-grant-claims`: the claims that grant scopes, for clients that read `x-access`. */
export interface ApiDocument extends OpenAPIObject {
  'x-grant-claims': readonly string[];
}

const BASE = {
  openapi: '3.1.0',
  info: {
    title: 'Messages',
    description: INTRODUCTION,
    version: API_VERSION,
    license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
  },
  servers: [{ url: '/' }],
};

/** An operation as Nest describes it. */
interface Operation {
  operationId: string;
  tags: string[];
  parameters: { in: string; name: string; schema: { example?: unknown } }[];
  requestBody?: object;
  /** The status of success. */
  responses: Record<string, object>;
}

/** Path parameters by name. Handlers have no schema for them: what is malformed does not exist. */
const PATH_PARAMETERS: Readonly<Record<string, object>> = {
  id: { description: 'The `id` of the resource.', schema: convertSchema(z.uuid()).schema },
};

/**
 * The OpenAPI document of an application. Access comes from the rules that the guards apply, and
 * input from the schemas that validate it.
 *
 * @param rules by default those of the application; in preview mode Nest does not create them.
 */
export function createDocument(
  app: INestApplication,
  options: DocumentOptions,
  rules = app.get(AccessRules),
): ApiDocument {
  const components = { schemas: {}, headers: {}, responses: {} };
  const controllers = new Set(rules.all().map(({ controller }) => controller));
  const securitySchemes = { [SECURITY_SCHEME]: securityScheme(options, scopesOf(rules)) };
  const base = {
    ...BASE,
    tags: [...controllers].flatMap(describedTag),
    components: { ...components, securitySchemes },
    'x-grant-claims': options.grantClaims,
  };
  const document = SwaggerModule.createDocument(app, base, {
    operationIdFactory,
    standardSchemaConverter: schemaConverter,
  }) as ApiDocument;
  completeOperations(document, rules, options);
  return document;
}

function describedTag(controller: Function) {
  const description = Reflect.getMetadata(TagDescription.KEY, controller) as string | undefined;
  return description === undefined ? [] : { name: tagOf(controller.name), description };
}

/** Completes what Nest found: the access rule, the text, the answers and the refusals. */
function completeOperations(
  { paths, components }: OpenAPIObject,
  rules: AccessRules,
  { claimFailure }: DocumentOptions,
): void {
  const routes = new Map(
    rules.all().map((route) => [operationIdFactory(route.controller.name, route.method), route]),
  );
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    const { operationId, tags, parameters, requestBody, responses } = operation as Operation;
    let id = operationId;
    // A handler of several paths or methods has several operations.
    while (!routes.has(id) && id !== '') id = id.slice(0, id.lastIndexOf('_'));
    const { controller, method, rule } = routes.get(id)!;
    const described = describedOperation(controller, method);
    const { summary, failures = [] } = described;
    const status = Number(Object.keys(responses)[0]);
    const hasBody = requestBody !== undefined;
    const refusable = { rule, claimFailure, failures, hasBody, parameters };
    Object.assign(operation, {
      summary,
      ...describeAccess(rule),
      tags: tags.map(tagOf),
      responses: {
        [status]: success(status, described, components as Components),
        ...refusalsOf(refusable, components as Components),
      },
    });
    for (const parameter of parameters) {
      if (parameter.in === 'path') Object.assign(parameter, PATH_PARAMETERS[parameter.name]);
      // Swagger UI would send the example of an optional parameter.
      else delete parameter.schema.example;
    }
  }
}

/** The scopes that routes require, each with a sentence on the operations that require it. */
export function scopesOf(rules: AccessRules): Record<string, string> {
  const uses = new Map<string, Set<string>>();
  for (const { controller, method, rule } of rules.all()) {
    const { summary } = describedOperation(controller, method);
    const action = summary.charAt(0).toLowerCase() + summary.slice(1);
    for (const scope of rule.scopes.flatMap(({ scopes }) => scopes)) {
      uses.set(scope, (uses.get(scope) ?? new Set()).add(action));
    }
  }
  return Object.fromEntries(
    [...uses].map(([scope, actions]) => [scope, `Used to ${LISTS.all.format(actions)}.`]),
  );
}

function success(
  status: number,
  { answer, headers }: DescribedOperation,
  { schemas }: Components,
): ResponseObject {
  const response: ResponseObject = { description: STATUS_CODES[status]! };
  if (answer !== undefined && status !== 204) {
    const { schema, components } = convertSchema(answer);
    Object.assign(schemas, components);
    response.content = { 'application/json': { schema } };
  }
  for (const [name, description] of Object.entries(headers ?? {})) {
    const header = { description, schema: { type: 'string' } };
    response.headers = { ...response.headers, [name]: header };
  }
  return response;
}

/** `Messages_list` for `MessagesController.list`, and `Messages_list_1` for its second path. */
const operationIdFactory: OperationIdFactory = (controller, method, version) =>
  [controller.replace(/Controller$/, ''), method.replace(/\[(\d+)\]$/, '_$1'), version]
    .filter((part) => part !== undefined)
    .join('_');

/** How clients log people in. The endpoints of Auth0 are known; other issuers publish theirs. */
function securityScheme(
  { issuer, isAuth0 }: DocumentOptions,
  scopes: Record<string, string>,
): SecuritySchemeObject {
  const description = `Access tokens of ${issuer}: authorization code flow with PKCE.`;
  if (!isAuth0) {
    // OpenID Connect Discovery 1.0 §4
    const openIdConnectUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    return { type: 'openIdConnect', description, openIdConnectUrl };
  }
  const authorizationUrl = new URL('authorize', issuer).href;
  const tokenUrl = new URL('oauth/token', issuer).href;
  return {
    type: 'oauth2',
    description,
    flows: { authorizationCode: { authorizationUrl, tokenUrl, scopes } },
  };
}
