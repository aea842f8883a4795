import {
  type INestApplication,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { AccessRules } from '../access-rules.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { hasOwnMark, PUBLIC } from '../decorators/requirement.js';
import { questionable } from './access-warnings.js';
import type { AdapterRoute, AdapterRoutes } from './adapter-routes.js';
import { ControllerRoutes } from './controller-routes.js';
import { ExpressRoutes } from './express-routes.js';
import { FastifyRoutes } from './fastify-routes.js';
import { graphqlPaths } from './graphql-paths.js';
import { covers } from './raw-routes.js';
import { ResourceMetadata } from '../metadata/resource-metadata.js';
import type { RouteAccess } from './route-access.js';

/**
 * Every route of an initialised application, sorted by path and method. On Fastify, plugins add
 * their routes while it gets ready: call it after `listen()`, or after `ready()` of the instance.
 *
 * Requests that middleware or a hook answers have no route, so they are not listed.
 */
export const accessMap = (app: INestApplication): RouteAccess[] => initialised(app).routes();

/** What a reviewer would question about an application, in sentences. The start logs them too. */
export const accessWarnings = (app: INestApplication): string[] => initialised(app).warnings();

/** Before, the map would be empty, and a test of it green. */
function initialised(app: INestApplication): AccessMap {
  const map = app.get(AccessMap);
  if (map.isInitialised) return map;
  throw new Error('The routes are not known yet: call app.init() or app.listen() first.');
}

/** From how many public routes on, `@Public()` belongs on the methods. */
const MANY = 5;

const METADATA_REASON = 'protected resource metadata (RFC 9728)';
/** How often `@nestjs/apollo` mounts something at its path. */
const GRAPHQL_MOUNTS = 2;

const GRAPHQL_REASON = 'GraphQL: the guards run for each query and mutation';

/** Compares the routes of the adapter with those of controllers. */
@Injectable()
export class AccessMap implements OnApplicationBootstrap {
  private readonly logger = new Logger(AccessMap.name);
  private adapterRoutes?: AdapterRoutes;
  private controllerRoutes?: ControllerRoutes;
  isInitialised = false;

  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
    private readonly metadata: ResourceMetadata,
    private readonly modules: ModulesContainer,
    private readonly config: ApplicationConfig,
    adapterHost: HttpAdapterHost,
  ) {
    // An application of `Test` gets its adapter after its providers.
    adapterHost.init$.subscribe(() => {
      const adapter: typeof adapterHost.httpAdapter | undefined = adapterHost.httpAdapter;
      const type = adapter?.getType?.();
      if (type === 'fastify') this.adapterRoutes = new FastifyRoutes(adapter);
      if (type === 'express') this.adapterRoutes = new ExpressRoutes(adapter);
      this.adapterRoutes?.whenComplete(() => {
        this.refuseUnnamed();
        for (const warning of this.warnings()) this.logger.warn(warning);
      });
    });
  }

  /** Called when the controllers exist, and Nest has not given their methods to the adapter. */
  beforeRoutes(): void {
    this.controllerRoutes = new ControllerRoutes(this.rules);
  }

  onApplicationBootstrap(): void {
    this.isInitialised = true;
    this.refuseUnnamed();
  }

  routes(): RouteAccess[] {
    const routes = this.adapterRoutes?.all() ?? [];
    // Fastify adds HEAD itself, with a prefix also for the path that ends with a slash.
    const isHeadOfGet = (route: AdapterRoute) =>
      route.method === 'HEAD' &&
      routes.some(({ method, path, handler }) => {
        const isSame = [path, `${path}/`].includes(route.path) && handler === route.handler;
        return isSame && method === 'GET';
      });
    const keyOf = ({ path, method, handler }: RouteAccess) => `${path} ${method} ${handler}`;
    const rows = routes.filter((route) => !isHeadOfGet(route)).flatMap((r) => this.rowsOf(r));
    const raw = new Map(rows.filter((row) => row.access === 'raw').map((row) => [keyOf(row), row]));
    return [...rows.filter((row) => row.access !== 'raw'), ...raw.values()].toSorted((a, b) =>
      keyOf(a) < keyOf(b) ? -1 : 1,
    );
  }

  private rowsOf(route: AdapterRoute): RouteAccess[] {
    const { method, path } = route;
    const handlers = this.controllerRoutes?.handlersOf(route) ?? [];
    if (handlers.length > 0) {
      return handlers.map(({ rule: { resource, ...rule }, controller, method: name }) => {
        const audience = resource?.audience;
        return { method, path, ...rule, audience, handler: `${controller.name}.${name}` };
      });
    }
    const nothing = { scopes: [], claims: [], stepUp: [] };
    return [{ method, path, access: 'raw', ...nothing, reason: this.reasonOf(route) }];
  }

  private reasonOf(route: AdapterRoute): string | undefined {
    const named = Object.entries(this.options.rawRoutes).find(([entry]) => covers(entry, route));
    if (named) return named[1];
    if (this.metadata.isServedAt(route.path)) return METADATA_REASON;
    return this.isOfGraphql(route) ? GRAPHQL_REASON : undefined;
  }

  /** A route on Fastify, mounts on Express. More of them are the application's own. */
  private isOfGraphql({ path }: AdapterRoute): boolean {
    const paths = graphqlPaths(this.modules, this.config);
    if (this.adapterRoutes instanceof FastifyRoutes) return paths.includes(path);
    if (!paths.some((mount) => path === `${mount}/*`)) return false;
    const mounts = this.adapterRoutes!.all().filter((route) => route.path === path);
    return mounts.length <= GRAPHQL_MOUNTS;
  }

  private refuseUnnamed(): void {
    const unnamed = this.routes().filter(
      ({ access, reason }) => access === 'raw' && reason === undefined,
    );
    if (unnamed.length === 0) return;
    const lines = unnamed.map(
      ({ method, path }) =>
        `  '${method} ${path.replaceAll('\\', '\\\\')}': 'why it needs no token',`,
    );
    throw new Error(
      'These routes are on the HTTP adapter itself, so no guard of AuthModule covers them. Serve ' +
        'them from a controller, apply middleware in configure() of a module, or add them to the ' +
        'option rawRoutes of AuthModule, with the reason why they need no token:\n' +
        `rawRoutes: {\n${lines.join('\n')}\n}`,
    );
  }

  /** See {@link accessWarnings}. */
  warnings(): string[] {
    const map = this.routes();
    return [...questionable(map), ...this.broadlyPublic(), ...this.unusedEntries(map)];
  }

  private broadlyPublic(): string[] {
    const routes = this.rules.all().filter(({ rule }) => rule.access === 'public');
    const controllers = new Set(routes.map(({ controller }) => controller));
    return [...controllers]
      .filter((controller) => hasOwnMark(PUBLIC, { on: controller }))
      .filter((controller) => routes.filter((one) => one.controller === controller).length >= MANY)
      .map(
        ({ name }) =>
          `@Public() on ${name} opens ${MANY} routes or more, and each that is added: put it on ` +
          'the methods.',
      );
  }

  private unusedEntries(map: readonly RouteAccess[]): string[] {
    const raw = map.filter(({ access }) => access === 'raw');
    return Object.keys(this.options.rawRoutes)
      .filter((entry) => !raw.some((route) => covers(entry, route)))
      .map((entry) => `rawRoutes names ${entry}, but the adapter has no such route.`);
  }
}
