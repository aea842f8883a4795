import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CLAIM_REQUIREMENTS, type ClaimRequirement } from './decorators/claim.decorator.js';
import { OPTIONAL_AUTH } from './decorators/optional-auth.decorator.js';
import { PUBLIC } from './decorators/public.decorator.js';
import { requirementsOn } from './decorators/requirement.js';
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
    for (const { metatype } of this.discovery.getControllers()) {
      const prototype = (metatype as { prototype: Record<string, object> } | null)?.prototype;
      if (!metatype || !prototype) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        this.of(metatype, prototype[name]!);
      }
    }
  }

  /** @throws Error when the decorators on the method or on the controller contradict each other. */
  of(controller: object, method: object): AccessRule {
    let ofController = this.rules.get(controller);
    if (!ofController) this.rules.set(controller, (ofController = new WeakMap()));
    let rule = ofController.get(method);
    if (!rule) ofController.set(method, (rule = combine(controller, method)));
    return rule;
  }
}

function combine(controller: object, method: object): AccessRule {
  const onController = stated(controller, nameOf(controller));
  const onMethod = stated(method, `${nameOf(controller)}.${nameOf(method)}`);
  if (onMethod.access) return { access: onMethod.access, scopes: [], claims: [] };
  const restricted = onMethod.scopes.length > 0 || onMethod.claims.length > 0;
  return {
    access: restricted ? 'token' : (onController.access ?? 'token'),
    scopes: [...onMethod.scopes, ...onController.scopes],
    claims: [...onMethod.claims, ...onController.claims],
  };
}

function stated(target: object, name: string): Stated {
  const scopes = requirementsOn<ScopeRequirement>(SCOPE_REQUIREMENTS, target);
  const claims = requirementsOn<ClaimRequirement>(CLAIM_REQUIREMENTS, target);
  const isPublic = Reflect.hasMetadata(PUBLIC, target);
  const isOptional = Reflect.hasMetadata(OPTIONAL_AUTH, target);
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

function nameOf(target: object): string {
  return (target as { name: string }).name;
}
