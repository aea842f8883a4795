import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AccessRules } from '../access-rules.js';
import { FIELD_RESOLVER, REFERENCE_RESOLVER } from '../nest-metadata.js';
import { classesOf } from '../provided-classes.js';

/** Token of the options of `GraphQLModule`. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

interface GraphqlOptions {
  fieldResolverEnhancers?: readonly string[];
}

/**
 * Prevents the start when nothing checks what a field of GraphQL requires: Nest runs guards on
 * fields only with `fieldResolverEnhancers: ['guards']`. A reference of a federation is an entry
 * point, so it needs `@Public()` even without a requirement.
 */
@Injectable()
export class FieldResolvers implements OnModuleInit {
  constructor(
    private readonly rules: AccessRules,
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
    for (const resolver of classesOf(providers)) {
      const methods = resolver.prototype as Readonly<Record<string, Function>>;
      for (const name of this.scanner.getAllMethodNames(methods)) {
        const method = methods[name]!;
        const isReference = Reflect.hasMetadata(REFERENCE_RESOLVER, method);
        if (!isReference && !Reflect.hasMetadata(FIELD_RESOLVER, method)) continue;
        const rule = this.rules.of(resolver, method);
        const needsToken = rule.access === 'token' && rule !== this.rules.unmarked;
        if (isReference ? this.rules.isOpen(rule, 'graphql') : !needsToken) continue;
        throw new Error(
          `${resolver.name}.${name} needs an access token, but Nest runs no guards on fields and ` +
            "references. Add fieldResolverEnhancers: ['guards'] to the options of GraphQLModule, " +
            'or @Public() to the method.',
        );
      }
    }
  }
}
