import {
  Injectable,
  InternalServerErrorException,
  Logger,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ResolvedAuthOptions } from './auth.options.js';
import { AUDIENCE, type AudienceSetting } from './decorators/audience.decorator.js';
import { CLAIM_REQUIREMENTS, type ClaimRequirement } from './decorators/claim.decorator.js';
import {
  OPTIONAL_AUTH,
  hasOwnMark,
  PROTECTED,
  PUBLIC,
  PUBLIC_REASON,
  type RouteTarget,
  readMetadata,
  routeName,
} from './decorators/requirement.js';
import { classesOf } from './provided-classes.js';
import { SCOPE_REQUIREMENTS, type ScopeRequirement } from './decorators/scopes.decorator.js';
import { STEP_UP_REQUIREMENTS, type StepUpRequirement } from './decorators/step-up.decorator.js';

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
  /** `token`: a valid access token. `optional`: none or a valid one. `public`: nothing. */
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

/** The decorators on one target. */
interface Decorators {
  readonly opens?: 'public' | 'optional';
  readonly reason?: string;
  /** Whether a token is required explicitly. */
  readonly closes: boolean;
  readonly audience?: AudienceSetting;
  readonly scopes: readonly ScopeRequirement[];
  readonly claims: readonly ClaimRequirement[];
  readonly stepUp: readonly StepUpRequirement[];
}

type Methods = Readonly<Record<string, Function>>;

/** Metadata of `@Get()`, `@Post()` and the like. */
const ROUTE_PATH = 'path';
const ROUTE_METHOD = 'method';

/** What every route needs, from the decorators on its method and on its controller. */
@Injectable()
export class AccessRules implements OnModuleInit {
  private readonly logger = new Logger(AccessRules.name);
  private readonly rules = new WeakMap<object, WeakMap<object, AccessRule>>();
  /** The rule of a route that has no decorator of this module. */
  readonly unmarked: AccessRule;
  /** Every rule once the application has started, also those of handlers that are not routes. */
  readonly declared = new Set<AccessRule>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly options: ResolvedAuthOptions,
  ) {
    const access = options.unmarkedRoutes === 'open' ? 'public' : 'token';
    this.unmarked = without(access);
  }

  /** Reads every rule once, so that decorators that contradict each other prevent the start. */
  onModuleInit(): void {
    this.rememberHandlers();
    this.refuseSharedAudience();
    const open = this.all().filter(
      ({ rule }) => rule === this.unmarked && rule.access === 'public',
    );
    if (open.length > 0) {
      this.logger.warn(
        `unmarkedRoutes is 'open': ${open.length} routes without a decorator need no access token.`,
      );
    }
  }

  /** A token for both would make the resource a part of the API again. */
  private refuseSharedAudience(): void {
    const own = this.options.issuers.flatMap(({ audience }) => audience);
    const shared = this.all().find(({ rule }) => own.includes(rule.resource?.audience ?? ''));
    if (!shared) return;
    throw new Error(
      `The option audience of AuthModule contains ${shared.rule.resource!.audience}, which is the ` +
        `@Audience() of ${shared.controller.name}.${shared.method}: remove it from one of them.`,
    );
  }

  /** Also those of resolvers, gateways and message handlers, which are not routes. */
  private rememberHandlers(): void {
    for (const wrapper of [...this.discovery.getControllers(), ...this.discovery.getProviders()]) {
      for (const handling of classesOf([wrapper])) {
        for (const method of this.scanner.getAllMethodNames(handling.prototype as object)) {
          const rule = this.combine(handling, method);
          this.declared.add(rule);
          for (const own of functionsOf(handling, wrapper.instance, method)) {
            this.remember(handling, own, rule);
          }
        }
      }
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
   * a handler in another context needs `@Public()`.
   *
   * @param contextType as of `ExecutionContext.getType()`.
   */
  isOpen(rule: AccessRule, contextType: string): boolean {
    return rule.access === 'public' && (contextType === 'http' || rule !== this.unmarked);
  }

  /**
   * What a handler needs.
   *
   * @throws InternalServerErrorException when the handler is not a method of the controller; Error
   * when its decorators contradict each other. Such a route stays closed.
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
    if (onMethod.opens === 'optional') return { ...without('optional'), resource };
    if (onMethod.opens) return without(onMethod.opens, onMethod.reason);
    if (!onMethod.closes) {
      if (onController.opens) return without(onController.opens, onController.reason);
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
      `@Audience('${audience}') on ${route} counts from the option publicUrl of AuthModule, which ` +
        'is not set: set it, or write the whole audience.',
    );
  }
}

/** A rule without requirements. */
function without(access: AccessRule['access'], reason?: string): AccessRule {
  return { access, reason, scopes: [], claims: [], stepUp: [] };
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

function readDecorators(target: RouteTarget): Decorators {
  const name = routeName(target);
  const scopes = (readMetadata(SCOPE_REQUIREMENTS, target) ?? []) as ScopeRequirement[];
  const claims = (readMetadata(CLAIM_REQUIREMENTS, target) ?? []) as ClaimRequirement[];
  const stepUp = (readMetadata(STEP_UP_REQUIREMENTS, target) ?? []) as StepUpRequirement[];
  const audience = readMetadata(AUDIENCE, target) as AudienceSetting | undefined;
  const isPublic = hasOwnMark(PUBLIC, target);
  const isOptional = hasOwnMark(OPTIONAL_AUTH, target);
  const isProtected = readMetadata(PROTECTED, target) === true;
  if (isPublic && isOptional) {
    throw new Error(`${name} has both @Public() and @OptionalAuth(): keep one of them.`);
  }
  if (scopes.some((requirement) => requirement.scopes.length === 0)) {
    throw new Error(`${name} has a @Scopes() or @Permissions() without a scope: name one.`);
  }
  const closes =
    isProtected || audience !== undefined || scopes.length + claims.length + stepUp.length > 0;
  if ((isPublic || isOptional) && closes) {
    const opener = isPublic ? '@Public()' : '@OptionalAuth()';
    throw new Error(
      `${name} has ${opener} together with @Protected(), @Scopes(), @Permissions(), @Claim(), ` +
        '@StepUp() or @Audience(): a route is either open or protected.',
    );
  }
  const opens = isPublic ? 'public' : isOptional ? 'optional' : undefined;
  const reason = isPublic ? (readMetadata(PUBLIC_REASON, target) as string | undefined) : undefined;
  return { opens, reason, closes, audience, scopes, claims, stepUp };
}
