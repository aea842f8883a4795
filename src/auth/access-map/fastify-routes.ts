import { METHODS } from 'node:http';
import { type AdapterRoute, AdapterRoutes, type HttpAdapter, mounted } from './adapter-routes.js';

interface RouteOptions {
  method: string | string[];
  url: string;
  handler: Function;
}

interface Fastify {
  readonly supportedMethods: readonly string[];
  addHook(name: 'onRoute', hook: (route: RouteOptions) => void): void;
  addHook(name: 'onReady', hook: () => Promise<void>): void;
  addHook(name: 'onRegister', hook: (context: object) => void): void;
  printRoutes(): string;
}

/** A function that middie runs, and its path. Without a path, the function is the first element. */
type Middleware = readonly [path: string | RegExp | (string | RegExp)[] | Function, fn?: Function];

/** The routes of Fastify and of its plugins, and what `use(path, …)` mounts. */
export class FastifyRoutes extends AdapterRoutes {
  private readonly fastify: Fastify;
  private readonly routes: AdapterRoute[];
  private readonly contexts: object[];
  /** What Nest gives to the adapter, which may wrap it before it reaches Fastify. */
  private given?: Function;

  constructor(adapter: HttpAdapter) {
    super(adapter);
    const fastify = adapter.getInstance<Fastify>();
    this.fastify = fastify;
    this.contexts = [fastify];
    this.routes = routesBefore(fastify);
    const methods = adapter as unknown as Record<string, Function | undefined>;
    for (const name of ['all', ...METHODS.map((method) => method.toLowerCase())]) {
      const add = methods[name];
      if (!add) continue;
      methods[name] = (...args: unknown[]) => {
        this.given = args.at(-1) as Function;
        try {
          return add.apply(adapter, args) as unknown;
        } finally {
          this.given = undefined;
        }
      };
    }
    fastify.addHook('onRegister', (context) => this.contexts.push(context));
    fastify.addHook('onRoute', ({ method, url, handler }) => {
      for (const name of methodsOf(fastify, [method].flat())) {
        this.routes.push({ method: name, path: pathOf(url), handler: this.given ?? handler });
      }
    });
  }

  all(): AdapterRoute[] {
    const mounts = this.middleware().flatMap(([path, fn]) =>
      fn === undefined || this.addedByNest.has(fn) ? [] : [path].flat().map(String),
    );
    const paths = mounts.filter((path) => path !== '/');
    return [
      ...this.routes.filter((route) => !isOfCors(route)),
      ...paths.map((path) => mounted(path)),
    ];
  }

  /** Plugins add their routes while Fastify gets ready. */
  whenComplete(check: () => void): void {
    // oxlint-disable-next-line require-await -- Fastify expects a promise.
    this.fastify.addHook('onReady', async () => check());
  }

  protected mounts(): Function[] {
    return this.middleware().flatMap((each) => each.filter((part) => typeof part === 'function'));
  }

  /** Middie keeps the middleware of each context under a symbol. */
  private middleware(): Middleware[] {
    return this.contexts.flatMap((context) => {
      const key = Object.getOwnPropertySymbols(context).find(
        ({ description }) => description === 'fastify-middie-middlewares',
      );
      return key === undefined ? [] : (context as Record<symbol, Middleware[]>)[key]!;
    });
  }
}

/** A route for `*` is one for all paths. */
const pathOf = (url: string) => (url.startsWith('/') ? url : `/${url}`);

const isOfCors = ({ method, path }: AdapterRoute) => method === 'OPTIONS' && path === '/*';

function methodsOf({ supportedMethods }: Fastify, methods: readonly string[]): readonly string[] {
  return supportedMethods.every((method) => methods.includes(method)) ? ['ALL'] : methods;
}

/** Routes that were there before the hook. Fastify only prints them, as a tree. */
function routesBefore(fastify: Fastify): AdapterRoute[] {
  const parts: string[] = [];
  return fastify
    .printRoutes()
    .split('\n')
    .flatMap((line) => {
      const [, indent, branch, text] = /^((?:[│ ] {3})*)([├└]── )?(.*)$/.exec(line)!;
      const [, part, methods] = /^(?:\(empty root node\))?(.*?)(?: \(([A-Z, -]+)\).*)?$/.exec(
        text!,
      )!;
      // A line without a branch is the same path with other constraints.
      if (branch) parts.splice(indent!.length / 4, Infinity, part!);
      if (methods === undefined) return [];
      const path = pathOf(parts.join(''));
      return methodsOf(fastify, methods.split(', ')).map((method) => ({ method, path }));
    });
}
