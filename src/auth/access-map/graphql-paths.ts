import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';

/**
 * Where `@nestjs/graphql` answers. Its endpoint is on the adapter itself, but Nest runs the guards
 * for each query and mutation. Recognised by name, because the package may not be installed.
 */
export function graphqlPaths(modules: ModulesContainer, config: ApplicationConfig): string[] {
  return [...modules.values()]
    .filter(({ metatype }) => metatype.name === 'GraphQLModule')
    .flatMap(({ instance }) => {
      const { options } = instance as { options?: { path?: string; useGlobalPrefix?: boolean } };
      if (options === undefined) return [];
      const path = (options.path ?? '/graphql').replace(/^\/?/, '/');
      const prefix = config.getGlobalPrefix().replace(/^\/|\/$/g, '');
      return options.useGlobalPrefix && prefix !== '' ? `/${prefix}${path}` : path;
    });
}
