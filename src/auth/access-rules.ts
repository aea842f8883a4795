import { isDeepStrictEqual } from 'node:util';
import {
  Injectable,
  InternalServerErrorException,
  Logger,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ResolvedAuthOptions } from './auth.options.js';
import type { AudienceSetting } from './decorators/audience.decorator.js';
import type { ClaimRequirement } from './decorators/claim.decorator.js';
import { readDecorators } from './decorators/read-decorators.js';
import { routeName } from './decorators/requirement.js';
import {
  FIELD_RESOLVER,
  MESSAGE_PATTERN,
  REFERENCE_RESOLVER,
  RESOLVER,
  ROUTE_METHOD,
  ROUTE_PATH,
  SUBSCRIBED_MESSAGE,
} from './nest-metadata.js';
import { classesOf } from './provided-classes.js';
import type { ScopeRequirement } from './decorators/scopes.decorator.js';
import type { StepUpRequirement } from './decorators/step-up.decorator.js';

/** What `@Audience()` makes of a route: a resource that has its own access tokens. */
export interface ProtectedResource {
  /** As in the claim `aud` of its tokens. */
  readonly audience: string;
  /** Scopes of its metadata besides those of `@Scopes()`. */
  readonly scopesSupported: readonly string[];
  /** Scopes of the challenge for a request without a token. */
  readonly challengeScopes: readonly string[];
}

/** What a request to one route needs. */
export interface AccessRule {
  /**
   * `token`: a valid access token. `optional`: none or a valid one. `public`: nothing, except that
   * the rule {@link AccessRules.unmarked} opens HTTP routes only: ask {@link AccessRules.isOpen}.
   */
  readonly access: 'token' | 'optional' | 'public';
  /** Why it is public, from `@Public({ reason })`. */
  readonly reason?: string;
  /** Whose tokens the route accepts. Undefined: those for the module's audiences. */
  readonly resource?: ProtectedResource;
  /** Requirements on scopes, the method's before the controller's. */
  readonly scopes: readonly ScopeRequirement[];
  /** Requirements on claims, the method's before the controller's. Checked after the scopes. */
  readonly claims: readonly ClaimRequirement[];
  /** Requirements on the login, the method's before the controller's. Checked last. */
  readonly stepUp: readonly StepUpRequirement[];
}

/** A method of a controller that handles requests, and what they need. */
export interface RouteHandler {
  readonly controller: Type;
  readonly method: string;
  readonly rule: AccessRule;
}

type Methods = Readonly<Record<string, Function>>;

/** Metadata of what handles requests and messages: routes, resolvers, gateways, microservices. */
const HANDLER = [
  ROUTE_PATH,
  RESOLVER,
  FIELD_RESOLVER,
  REFERENCE_RESOLVER,
  SUBSCRIBED_MESSAGE,
  MESSAGE_PATTERN,
];

/** What every route needs, from the decorators on its method and on its controller. */
@Injectable()
export class AccessRules implements OnModuleInit {
  private readonly logger = new Logger(AccessRules.name);
  private readonly rules = new WeakMap<object, WeakMap<object, AccessRule>>();
  /** The rule of a route that has no decorator of this module. */
  readonly unmarked: AccessRule;
  /** The rule of every handler once the application has started: also of those without a route. */
  readonly declared = new Set<AccessRule>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly options: ResolvedAuthOptions,
  ) {
    const access = options.unmarkedRoutes === 'open' ? 'public' : 'token';
    this.unmarked = bareRule(access);
  }

  /**
   * Reads every rule once, so that decorators that contradict each other prevent the start. Also
   * those of resolvers, gateways and message handlers, which are not routes.
   */
  onModuleInit(): void {
    for (const wrapper of [...this.discovery.getControllers(), ...this.discovery.getProviders()]) {
      for (const handling of classesOf([wrapper])) {
        this.rememberMethods(handling, wrapper.instance as Partial<Methods> | undefined);
      }
    }
  }

  private rememberMethods(handling: Type, instance: Partial<Methods> | undefined): void {
    const methods = new Map<Function, string>();
    for (const method of this.scanner.getAllMethodNames(handling.prototype as object)) {
      const rule = this.combine(handling, method);
      if (isHandler((handling.prototype as Methods)[method]!)) this.declared.add(rule);
      const own = instance?.[method];
      if (typeof own !== 'function') continue;
      const other = methods.get(own);
      if (other !== undefined && !isDeepStrictEqual(rule, this.rules.get(handling)?.get(own))) {
        throw new Error(
          `${handling.name}.${method} and ${handling.name}.${other} are the same function, so it ` +
            'is unclear whose decorators apply. Write two functions.',
        );
      }
      methods.set(own, method);
      this.remember(handling, own, rule);
    }
  }

  /** Every route handler of the application. */
  all(): RouteHandler[] {
    return this.discovery
      .getControllers()
      .flatMap(({ metatype }) => this.routesOf(metatype as Type));
  }

  /** Every function that handles requests, and the route that it belongs to. */
  functions(): [Function, RouteHandler][] {
    return this.discovery
      .getControllers()
      .flatMap(({ metatype, instance }) =>
        this.routesOf(metatype as Type).flatMap((route) =>
          functionsOf(route.controller, instance, route.method).map(
            (own): [Function, RouteHandler] => [own, route],
          ),
        ),
      );
  }

  /**
   * Whether requests pass without a look at their tokens. `unmarkedRoutes: 'open'` is about routes:
   * a handler in another context also needs a decorator to be open.
   *
   * @param contextType as of `ExecutionContext.getType()`.
   */
  isOpen(rule: AccessRule, contextType: string): boolean {
    return rule.access === 'public' && (contextType === 'http' || rule !== this.unmarked);
  }

  /**
   * What a handler needs.
   *
   * @throws InternalServerErrorException when the controller has neither this method nor its route;
   * Error when its decorators contradict each other. Such a route stays closed.
   */
  of(controller: Type, handler: Function): AccessRule {
    const known = this.rules.get(controller)?.get(handler);
    if (known) return known;
    const methods = controller.prototype as Methods;
    const names = this.scanner.getAllMethodNames(methods);
    // Instrumentation may wrap a handler: only the metadata of its route is the same.
    const routes = names.filter((name) => isSameRoute(methods[name]!, handler));
    const onlyRoute = routes.length === 1 ? routes[0] : undefined;
    const method = names.find((name) => methods[name] === handler) ?? onlyRoute;
    if (method === undefined) {
      this.logger.error(
        `${controller.name} handles a request with a function that is not one of its methods. Do ` +
          'not bind methods of request-scoped controllers.',
      );
      // What a client reads: in some contexts Nest sends the message of any error.
      throw new InternalServerErrorException();
    }
    return this.remember(controller, handler, this.combine(controller, method));
  }

  private routesOf(controller: Type): RouteHandler[] {
    const methods = controller.prototype as Methods;
    return this.scanner
      .getAllMethodNames(methods)
      .filter((method) => Reflect.hasMetadata(ROUTE_PATH, methods[method]!))
      .map((method) => ({ controller, method, rule: this.of(controller, methods[method]!) }));
  }

  private remember(controller: Type, handler: Function, rule: AccessRule): AccessRule {
    const rules = this.rules.get(controller) ?? new WeakMap<object, AccessRule>();
    this.rules.set(controller, rules.set(handler, rule));
    return rule;
  }

  private combine(controller: Type, method: string): AccessRule {
    const onController = readDecorators({ on: controller });
    const onMethod = readDecorators({ on: controller.prototype as object, method });
    const setting = onMethod.audience ?? onController.audience;
    const resource = setting && this.resourceOf(setting, routeName({ on: controller }));
    // With `@OptionalAuth()`, a token is still for the resource of the controller.
    if (onMethod.opens === 'optional') return { ...bareRule('optional'), resource };
    if (onMethod.opens) return bareRule(onMethod.opens, onMethod.reason);
    if (!onMethod.closes) {
      if (onController.opens) return bareRule(onController.opens, onController.reason);
      if (!onController.closes) return this.unmarked;
    }
    return {
      access: 'token',
      resource,
      scopes: [...onMethod.scopes, ...onController.scopes],
      claims: [...onMethod.claims, ...onController.claims],
      stepUp: [...onMethod.stepUp, ...onController.stepUp],
    };
  }

  private resourceOf({ audience, ...scopes }: AudienceSetting, route: string): ProtectedResource {
    if (!audience.startsWith('/')) return { audience, ...scopes };
    const { publicUrl } = this.options;
    if (publicUrl !== undefined) return { audience: publicUrl + audience, ...scopes };
    throw new Error(
      `@Audience('${audience}') on ${route} counts from the option publicUrl of AuthModule, ` +
        'which is not set: set it, or write the whole audience.',
    );
  }
}

/** A rule without requirements. */
function bareRule(access: AccessRule['access'], reason?: string): AccessRule {
  return { access, reason, scopes: [], claims: [], stepUp: [] };
}

function isHandler(method: Function): boolean {
  return HANDLER.some((key) => Reflect.hasMetadata(key, method));
}

/** A constructor may replace a method, for example by one that is bound to the instance. */
function functionsOf({ prototype }: Type, instance: unknown, method: string): Function[] {
  const functions = [prototype, instance].map((owner) => (owner as Partial<Methods>)?.[method]);
  return [...new Set(functions)].filter((own) => typeof own === 'function');
}

function isSameRoute(one: Function, other: Function): boolean {
  if (!Reflect.hasMetadata(ROUTE_PATH, one)) return false;
  return [ROUTE_PATH, ROUTE_METHOD].every(
    (key) => Reflect.getMetadata(key, one) === Reflect.getMetadata(key, other),
  );
}
