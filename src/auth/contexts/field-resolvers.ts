import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CLAIM_REQUIREMENTS } from '../decorators/claim.decorator.js';
import { PROTECTED, readMetadata } from '../decorators/requirement.js';
import { SCOPE_REQUIREMENTS } from '../decorators/scopes.decorator.js';
import { STEP_UP_REQUIREMENTS } from '../decorators/step-up.decorator.js';

/** Metadata of `@ResolveField()`, and the provider of the options of `GraphQLModule`. */
const FIELD = 'graphql:resolve_property';
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

const REQUIREMENTS = [SCOPE_REQUIREMENTS, CLAIM_REQUIREMENTS, STEP_UP_REQUIREMENTS, PROTECTED];

interface GraphqlOptions {
  fieldResolverEnhancers?: readonly string[];
}

/**
 * Prevents the start when a field of GraphQL has a requirement that nothing checks: Nest runs
 * guards on fields only with `fieldResolverEnhancers: ['guards']`.
 */
@Injectable()
export class FieldResolvers implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const providers = this.discovery.getProviders();
    const runsGuards = providers
      .filter(({ token }) => token === GRAPHQL_OPTIONS)
      .map(({ instance }) => (instance as GraphqlOptions).fieldResolverEnhancers ?? [])
      .every((enhancers) => enhancers.includes('guards'));
    if (runsGuards) return;
    for (const { metatype, isNotMetatype } of providers) {
      if (!isNotMetatype) this.refuseRequirements(metatype as Type);
    }
  }

  private refuseRequirements(resolver: Type): void {
    const methods = resolver.prototype as Readonly<Record<string, Function>>;
    for (const method of this.scanner.getAllMethodNames(methods)) {
      if (!Reflect.hasMetadata(FIELD, methods[method]!)) continue;
      const isProtected = REQUIREMENTS.some(
        (key) => readMetadata(key, { on: methods, method }) !== undefined,
      );
      if (!isProtected) continue;
      throw new Error(
        `${resolver.name}.${method} is a field that requires something, but Nest runs no guards ` +
          "on fields. Add fieldResolverEnhancers: ['guards'] to the options of GraphQLModule.",
      );
    }
  }
}
