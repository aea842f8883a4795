import { RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModulesContainer, NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { AccessRules, type RouteAccess } from '../auth/index.js';
import { resolveAuthOptions } from '../auth/check-options.js';
import { authConfig } from '../config/auth.config.js';
import { APP_OPTIONS, createAdapter } from '../http/adapter.js';

/** The routes of the controllers, read without creating a provider: no database is opened. */
export async function routesOfApplication(): Promise<RouteAccess[]> {
  const app = await NestFactory.create(AppModule, createAdapter({ trustedProxies: [] }), {
    ...APP_OPTIONS,
    logger: false,
    abortOnError: false,
    preview: true,
  });
  const discovery = new DiscoveryService(app.get(ModulesContainer));
  const rules = new AccessRules(discovery, new MetadataScanner(), resolveAuthOptions(authConfig()));
  return rules.all().flatMap(({ controller, method: name, rule }) => {
    const handler = (controller.prototype as Record<string, Function>)[name]!;
    const method = RequestMethod[Reflect.getMetadata('method', handler) as RequestMethod];
    return pathsOf(controller).flatMap((prefix) =>
      pathsOf(handler).map((path) => {
        const full = `/${prefix}/${path}`.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
        return { method, path: full, ...rule, handler: `${controller.name}.${name}` };
      }),
    );
  });
}

const pathsOf = (target: Function): string[] =>
  [Reflect.getMetadata('path', target) as string | string[]].flat();
