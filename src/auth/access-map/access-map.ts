import {
  type INestApplication,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { AccessRules } from '../access-rules.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import type { ClaimRequirement } from '../decorators/claim.decorator.js';
import type { ScopeRequirement } from '../decorators/scopes.decorator.js';
import type { AdapterRoute, AdapterRoutes } from './adapter-routes.js';
import { ControllerRoutes } from './controller-routes.js';
import { ExpressRoutes } from './express-routes.js';
import { FastifyRoutes } from './fastify-routes.js';
import { graphqlPaths } from './graphql-paths.js';
import { covers } from './raw-routes.js';

/** One route of the application, and what a request to it needs. */
export interface RouteAccess {
  /** `'GET'`, `'POST'`, …; `'ALL'` where every method is handled. HEAD is not listed with GET. */
  readonly method: string;
  /** Full path as the adapter has it, with prefix and version: `/api/messages/:id`, `/docs/*`. */
  readonly path: string;
  /** `raw`: put on the adapter directly, so no guard covers it. */
  readonly access: 'token' | 'optional' | 'public' | 'raw';
  readonly scopes: readonly ScopeRequirement[];
  readonly claims: readonly ClaimRequirement[];
  /** `'MessagesController.list'`; undefined for a raw route. */
  readonly handler?: string;
  /** Why a raw route is open, from the option `rawRoutes`. */
  readonly reason?: string;
}

/**
 * Every route of an initialised application, sorted by path and method. On Fastify, plugins add
 * their routes while it gets ready: call it after `listen()`, or after `ready()` of the instance.
 *
 * Requests that middleware or a hook answers have no route, so they are not listed.
 */
export const accessMap = (app: INestApplication): RouteAccess[] => app.get(AccessMap).routes();

const GRAPHQL_REASON = 'GraphQL: the guards run for each query and mutation';

/** Compares the routes of the adapter with those of controllers. */
@Injectable()
export class AccessMap implements OnApplicationBootstrap {
  private readonly logger = new Logger(AccessMap.name);
  private adapterRoutes?: AdapterRoutes;
  private controllerRoutes?: ControllerRoutes;

  constructor(
    private readonly rules: AccessRules,
    private readonly options: ResolvedAuthOptions,
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
        this.warn();
      });
    });
  }

  /** Called when the controllers exist, and Nest has not given their methods to the adapter. */
  beforeRoutes(): void {
    this.controllerRoutes = new ControllerRoutes(this.rules);
  }

  onApplicationBootstrap(): void {
    this.refuseUnnamed();
  }

  routes(): RouteAccess[] {
    const routes = this.adapterRoutes?.all() ?? [];
    const isHeadOfGet = ({ method, path, handler }: AdapterRoute) =>
      method === 'HEAD' &&
      routes.some((one) => one.method === 'GET' && one.path === path && one.handler === handler);
    const rows = routes
      .filter((route) => !isHeadOfGet(route))
      .flatMap((route) => this.rowsOf(route));
    const unique = new Map(rows.map((row) => [`${row.path} ${row.method} ${row.handler}`, row]));
    return [...unique.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  private rowsOf(route: AdapterRoute): RouteAccess[] {
    const { method, path } = route;
    const handlers = this.controllerRoutes?.handlersOf(route) ?? [];
    if (handlers.length > 0) {
      return handlers.map(({ rule, controller, method: name }) => {
        return { method, path, ...rule, handler: `${controller.name}.${name}` };
      });
    }
    return [{ method, path, access: 'raw', scopes: [], claims: [], reason: this.reasonOf(route) }];
  }

  private reasonOf(route: AdapterRoute): string | undefined {
    const named = Object.entries(this.options.rawRoutes).find(([entry]) => covers(entry, route));
    if (named) return named[1];
    const paths = graphqlPaths(this.modules, this.config);
    return paths.includes(route.path.replace(/\/\*$/, '')) ? GRAPHQL_REASON : undefined;
  }

  private refuseUnnamed(): void {
    const unnamed = this.routes().filter(
      ({ access, reason }) => access === 'raw' && reason === undefined,
    );
    if (unnamed.length === 0) return;
    const lines = unnamed.map(
      ({ method, path }) => `  '${method} ${path}': 'why it needs no token',`,
    );
    throw new Error(
      'These routes are on the HTTP adapter itself, so no guard of AuthModule covers them. Serve ' +
        'them from a controller, or add them to the option rawRoutes of AuthModule, with the ' +
        `reason why they need no token:\nrawRoutes: {\n${lines.join('\n')}\n}`,
    );
  }

  private warn(): void {
    const raw = this.routes().filter(({ access }) => access === 'raw');
    for (const entry of Object.keys(this.options.rawRoutes)) {
      if (raw.some((route) => covers(entry, route))) continue;
      this.logger.warn(`rawRoutes has '${entry}', but the adapter has no such route: remove it.`);
    }
  }
}
