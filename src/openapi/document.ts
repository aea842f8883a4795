import { STATUS_CODES } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { type INestApplication, RequestMethod } from '@nestjs/common';
import {
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import {
  ApiExcludeController,
  ApiOperation,
  type OpenAPIObject,
  type OperationIdFactory,
  type RequestBodyObject,
  type ResponseObject,
  type SecuritySchemeObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { z } from 'zod';
import { AccessRules, type ResolvedAuthOptions, type RouteHandler } from '../auth/index.js';
import { isProbe } from '../http/is-probe.js';
import { API_NAME, API_VERSION } from '../version.js';
import { describeAccess, DPOP_SCHEME, LISTS, SECURITY_SCHEME } from './access.js';
import { INTRODUCTION } from './introduction.js';
import {
  type DescribedOperation,
  describedOperation,
  NotDescribed,
  TagDescription,
  tagOf,
} from './operation.decorator.js';
import { refusalsOf, tooManyRequests } from './refusals.js';
import { type Components, convertSchema, schemaConverter } from './schema.js';

export interface DocumentOptions {
  issuer: string;
  isAuth0: boolean;
  /** Whether the requests of a client are limited. */
  isLimited: boolean;
  /** The options of `AuthModule`. */
  auth: Pick<
    ResolvedAuthOptions,
    'claimFailure' | 'dpop' | 'grantClaims' | 'impliedScopes' | 'stepUpClaims'
  >;
}

/** `x-grant-claims`: the claims that grant scopes, for clients that read `x-access`. */
export interface ApiDocument extends OpenAPIObject {
  'x-grant-claims': ResolvedAuthOptions['grantClaims'];
}

const BASE = {
  openapi: '3.1.0',
  info: {
    title: API_NAME,
    description: INTRODUCTION,
    version: API_VERSION,
    license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
  },
  servers: [{ url: '/' }],
};

/** An operation as Nest describes it. */
interface Operation {
  tags: string[];
  responses: object;
  parameters: { in: string; name: string; schema: { example?: unknown } }[];
}

/** Path parameters by name. Handlers have no schema for them: what is malformed does not exist. */
const PATH_PARAMETERS: Readonly<Record<string, object>> = {
  id: { description: 'The `id` of the resource.', schema: convertSchema(z.uuid()).schema },
};

/** Header parameters by name: a handler reads them as they came. */
const HEADER_PARAMETERS: Readonly<Record<string, object>> = {
  'Idempotency-Key': {
    required: false,
    description:
      'A key that the client makes for this request, such as a UUID. The same key and body ' +
      'within 24 hours give the first answer again, so that the request can be repeated ' +
      'without harm. From 1 to 255 visible ASCII characters, with or without double quotes.',
    // Without an example: Swagger UI would send it with every message.
    schema: { type: 'string' },
  },
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
  const routes = describedRoutes(rules);
  const controllers = new Set(routes.map(({ controller }) => controller));
  decorateHandlers(routes, options, components);
  const securitySchemes = {
    [SECURITY_SCHEME]: securityScheme(options, scopesOf(routes)),
    ...(options.auth.dpop.mode !== 'off' && { [DPOP_SCHEME]: DPOP_SECURITY }),
  };
  const base = {
    ...BASE,
    tags: [...controllers].flatMap(describedTag),
    components: { ...components, securitySchemes },
    'x-grant-claims': options.auth.grantClaims,
  };
  const document = SwaggerModule.createDocument(app, base, {
    operationIdFactory,
    standardSchemaConverter: schemaConverter,
  });
  completeOperations(document);
  if (options.isLimited) addRateLimit(document);
  return document as ApiDocument;
}

/** Every route, but those of controllers that are not part of the document. */
function describedRoutes(rules: AccessRules): RouteHandler[] {
  return rules.all().filter(({ controller }) => {
    if (!Reflect.hasMetadata(NotDescribed.KEY, controller)) return true;
    ApiExcludeController()(controller);
    return false;
  });
}

function describedTag(controller: Function) {
  const description = Reflect.getMetadata(TagDescription.KEY, controller) as string | undefined;
  return description === undefined ? [] : { name: tagOf(controller.name), description };
}

/** Names the tags, which Nest calls like their classes, and completes the parameters. */
function completeOperations({ paths }: OpenAPIObject): void {
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    const { tags, parameters } = operation as Operation;
    (operation as Operation).tags = tags.map(tagOf);
    for (const parameter of parameters) {
      if (parameter.in === 'path') Object.assign(parameter, PATH_PARAMETERS[parameter.name]);
      else if (parameter.in === 'header') {
        Object.assign(parameter, HEADER_PARAMETERS[parameter.name]);
      }
      // Swagger UI would send the example of an optional parameter.
      else delete parameter.schema.example;
    }
  }
}

/** Every operation but the health checks counts towards the rate limit. */
function addRateLimit({ paths, components }: OpenAPIObject): void {
  const response = tooManyRequests(components as Components);
  for (const [path, item] of Object.entries(paths)) {
    if (isProbe(path)) continue;
    for (const operation of Object.values(item)) {
      Object.assign((operation as Operation).responses, { 429: response });
    }
  }
}

/** The scopes that routes require, each with a sentence on the operations that require it. */
function scopesOf(routes: RouteHandler[]): Record<string, string> {
  const uses = new Map<string, Set<string>>();
  for (const { controller, method, rule } of routes) {
    const { summary } = describedOperation(controller.prototype as object, method);
    const action = summary.charAt(0).toLowerCase() + summary.slice(1);
    for (const scope of rule.scopes.flatMap(({ scopes }) => scopes)) {
      uses.set(scope, (uses.get(scope) ?? new Set()).add(action));
    }
  }
  return Object.fromEntries(
    [...uses].map(([scope, actions]) => [scope, `Used to ${LISTS.all.format(actions)}.`]),
  );
}

/**
 * Applies `@ApiOperation()` to every handler. It replaces each member that an earlier application
 * of this process set; `@ApiResponse()` and `@ApiSecurity()` would add to them.
 *
 * @throws Error when two controllers inherit one handler and need different descriptions.
 */
function decorateHandlers(
  routes: RouteHandler[],
  { auth }: DocumentOptions,
  components: Components,
): void {
  const done = new Map<Function, object>();
  for (const { controller, method, rule } of routes) {
    const prototype = controller.prototype as Record<string, Function>;
    const handler = prototype[method]!;
    const described = describedOperation(prototype, method);
    const { summary, failures = [], form } = described;
    const { claimFailure, dpop } = auth;
    const takesProof = dpop.mode !== 'off';
    const refusable = { rule, claimFailure, takesProof, failures, ...inputOf(controller, method) };
    const operation = {
      summary,
      ...describeAccess(rule, auth),
      ...(form && { requestBody: formBody(form, components) }),
      responses: {
        [statusOf(handler)]: success(statusOf(handler), described, components),
        ...refusalsOf(refusable, components),
      },
    };
    if (!isDeepStrictEqual(done.get(handler) ?? operation, operation)) {
      throw new Error(
        `${controller.name} inherits ${method}() with an access rule that differs from the rule ` +
          `in another controller. Override ${method}() in ${controller.name}.`,
      );
    }
    done.set(handler, operation);
    ApiOperation(operation)(prototype, method, { value: handler });
  }
}

function success(
  status: number,
  { answer, headers, mediaType = 'application/json' }: DescribedOperation,
  { schemas }: Components,
): ResponseObject {
  const response: ResponseObject = { description: STATUS_CODES[status]! };
  if (answer !== undefined && status !== 204) {
    const { schema, components } = convertSchema(answer);
    Object.assign(schemas, components);
    response.content = { [mediaType]: { schema } };
  }
  for (const [name, description] of Object.entries(headers ?? {})) {
    const header = { description, schema: { type: 'string' } };
    response.headers = { ...response.headers, [name]: header };
  }
  return response;
}

function formBody(form: z.ZodType, { schemas }: Components): RequestBodyObject {
  const { schema, components } = convertSchema(form);
  Object.assign(schemas, components);
  return { required: true, content: { 'application/x-www-form-urlencoded': { schema } } };
}

/** The status of success, as Nest chooses it. */
function statusOf(handler: Function): number {
  const status = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  return (
    status ?? (Reflect.getMetadata(METHOD_METADATA, handler) === RequestMethod.POST ? 201 : 200)
  );
}

/** What `@Body()`, `@Query()` and `@Param()` read. */
function inputOf(controller: RouteHandler['controller'], method: string) {
  const args: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method);
  // The keys have the form `kind:index`.
  const kinds = Object.keys(args ?? {}).map((key) => Number(key.split(':')[0]));
  return {
    hasBody: kinds.includes(RouteParamtypes.BODY),
    hasQuery: kinds.includes(RouteParamtypes.QUERY),
    hasPathParameter: kinds.includes(RouteParamtypes.PARAM),
  };
}

/** `Messages_list` for `MessagesController.list`, and `Messages_list_1` for its second path. */
const operationIdFactory: OperationIdFactory = (controller, method, version) =>
  [controller.replace(/Controller$/, ''), method.replace(/\[(\d+)\]$/, '_$1'), version]
    .filter((part) => part !== undefined)
    .join('_');

/** The same tokens in the registered scheme DPoP (RFC 9449 §7.1). */
const DPOP_SECURITY: SecuritySchemeObject = {
  type: 'http',
  scheme: 'dpop',
  description:
    'An access token that is bound to a key of the client, with a proof for each request in the ' +
    'header `DPoP` (RFC 9449).',
};

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
