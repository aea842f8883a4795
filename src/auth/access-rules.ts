import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CLAIM_REQUIREMENTS, type ClaimRequirement } from './decorators/claim.decorator.js';
import { OPTIONAL_AUTH } from './decorators/optional-auth.decorator.js';
import { PUBLIC } from './decorators/public.decorator.js';
import { openedBy, type RouteTarget, statedOn } from './decorators/requirement.js';
import { SCOPE_REQUIREMENTS, type ScopeRequirement } from './decorators/scopes.decorator.js';

/** What a request to one route needs. */
export interface AccessRule {
  /** `token`: a valid access token. `optional`: none, or a valid one. `public`: nothing. */
  readonly access: 'token' | 'optional' | 'public';
  /** Requirements on scopes, the method's before the controller's. */
  readonly scopes: readonly ScopeRequirement[];
  /** Requirements on claims, the method's before the controller's; checked after the scopes. */
  readonly claims: readonly ClaimRequirement[];
}

/** What the decorators say on one target. */
interface Stated {
  access?: 'public' | 'optional';
  scopes: ScopeRequirement[];
  claims: ClaimRequirement[];
}

/** A controller as its class, with its methods by name. */
interface Controller {
  name: string;
  prototype: Record<string, object>;
}

/** The access rule of every route, worked out once, from the decorators of the method and of its controller. */
@Injectable()
export class AccessRules implements OnModuleInit {
  private readonly rules = new WeakMap<object, WeakMap<object, AccessRule>>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** Works out the rule of every controller method, so that decorators that contradict each other stop the start. */
  onModuleInit(): void {
    for (const { metatype, instance } of this.discovery.getControllers()) {
      const controller = metatype as unknown as Controller;
      for (const name of this.scanner.getAllMethodNames(controller.prototype)) {
        const rule = combine(controller, name);
        this.set(controller, controller.prototype[name]!, rule);
        // A controller may have replaced the method by a function of its own, bound to itself for instance.
        const own = (instance as Record<string, unknown> | undefined)?.[name];
        if (typeof own === 'function') this.set(controller, own, rule);
      }
    }
  }

  /**
   * @throws Error when the method is none of the controller's, or when the decorators contradict each other: what is not
   * known to be open stays closed.
   */
  of(controller: object, method: object): AccessRule {
    return this.rules.get(controller)?.get(method) ?? this.late(controller as Controller, method);
  }

  /** A method that was not there at the start: of a controller that Nest does not know, as in a unit test. */
  private late(controller: Controller, method: object): AccessRule {
    const names = this.scanner.getAllMethodNames(controller.prototype);
    const name = names.find((candidate) => controller.prototype[candidate] === method);
    if (name === undefined) {
      throw new Error(
        `${controller.name} handles a request with a function that is none of its methods, so that no decorator tells who ` +
          'may call it. Bind methods in a controller of the default scope only, or not at all.',
      );
    }
    const rule = combine(controller, name);
    this.set(controller, method, rule);
    return rule;
  }

  private set(controller: object, method: object, rule: AccessRule): void {
    const ofController = this.rules.get(controller) ?? new WeakMap<object, AccessRule>();
    this.rules.set(controller, ofController.set(method, rule));
  }
}

function combine(controller: Controller, method: string): AccessRule {
  const onController = stated({ on: controller }, controller.name);
  const onMethod = stated({ on: controller.prototype, method }, `${controller.name}.${method}`);
  if (onMethod.access) return { access: onMethod.access, scopes: [], claims: [] };
  const restricted = onMethod.scopes.length > 0 || onMethod.claims.length > 0;
  return {
    access: restricted ? 'token' : (onController.access ?? 'token'),
    scopes: [...onMethod.scopes, ...onController.scopes],
    claims: [...onMethod.claims, ...onController.claims],
  };
}

function stated(target: RouteTarget, name: string): Stated {
  const scopes = (statedOn(SCOPE_REQUIREMENTS, target) ?? []) as ScopeRequirement[];
  const claims = (statedOn(CLAIM_REQUIREMENTS, target) ?? []) as ClaimRequirement[];
  const isPublic = openedBy(PUBLIC, target);
  const isOptional = openedBy(OPTIONAL_AUTH, target);
  if (isPublic && isOptional) {
    throw new Error(`${name} has both @Public() and @OptionalAuth(): keep one of them.`);
  }
  if (scopes.some((requirement) => requirement.scopes.length === 0)) {
    throw new Error(`${name} has a @Scopes() or @Permissions() without a scope: name one.`);
  }
  const access = isPublic ? 'public' : isOptional ? 'optional' : undefined;
  if (access && scopes.length + claims.length > 0) {
    const opener = isPublic ? '@Public()' : '@OptionalAuth()';
    throw new Error(
      `${name} has ${opener} beside @Scopes(), @Permissions() or @Claim(): a route is either open or restricted.`,
    );
  }
  return { access, scopes, claims };
}
