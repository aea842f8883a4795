import { METHODS } from 'node:http';
import { type AdapterRoute, AdapterRoutes, type HttpAdapter, mounted } from './adapter-routes.js';

type Path = string | RegExp | readonly (string | RegExp)[];

interface Route {
  path: Path;
  methods: Readonly<Record<string, boolean>>;
  stack: readonly { method?: string; handle: Function }[];
}

interface Layer {
  route?: Route;
  name: string;
  /** A router has layers of its own. */
  handle: Function & { stack?: Layer[] };
  /** Whether it is mounted without a path. */
  slash: boolean;
  /** Not in every version of Express 5. */
  rawPath?: Path;
}

interface Router {
  stack: Layer[];
  use(...args: unknown[]): unknown;
}

/** Functions that answer also without a path, by name, and the methods that they answer. */
const ANSWERING: Readonly<Record<string, string>> = {
  // `use(otherApplication)`
  mounted_app: 'ALL',
  // `express.static()`
  serveStatic: 'GET',
};

/** The routes of Express, and what `use(path, …)` mounts. */
export class ExpressRoutes extends AdapterRoutes {
  private readonly router: Router;
  private readonly paths = new WeakMap<Layer, Path>();

  constructor(adapter: HttpAdapter) {
    super(adapter);
    const router = adapter.getInstance<{ router: Router }>().router;
    const use = router.use.bind(router);
    this.router = router;
    // Layers do not keep the path in every version.
    router.use = (...args) => {
      const count = router.stack.length;
      const result = use(...args);
      if (typeof args[0] !== 'function') {
        for (const layer of router.stack.slice(count)) this.paths.set(layer, args[0] as Path);
      }
      return result;
    };
  }

  all(): AdapterRoute[] {
    return this.routesOf(this.router.stack);
  }

  /** `listen()` of Nest reports what is thrown here. */
  whenComplete(check: () => void): void {
    const { adapter } = this;
    const listen = adapter.listen.bind(adapter) as (...args: unknown[]) => unknown;
    adapter.listen = (...args: unknown[]) => {
      check();
      return listen(...args);
    };
  }

  protected mounts(): Layer[] {
    return this.router.stack;
  }

  private routesOf(layers: readonly Layer[]): AdapterRoute[] {
    return layers
      .filter((layer) => !this.addedByNest.has(layer))
      .flatMap((layer) => (layer.route ? handlersOf(layer.route) : this.mountsOf(layer)));
  }

  private mountsOf(layer: Layer): AdapterRoute[] {
    const paths = namesOf(this.paths.get(layer) ?? layer.rawPath ?? '/');
    const method = ANSWERING[layer.name];
    if (!layer.slash) return paths.map((path) => mounted(path, method));
    if (layer.handle.stack) return this.routesOf(layer.handle.stack);
    // Other middleware without a path is expected to pass requests on.
    return method === undefined ? [] : [mounted('/', method)];
  }
}

/** One route for each method. */
function handlersOf({ path, methods, stack }: Route): AdapterRoute[] {
  const names = METHODS.map((method) => method.toLowerCase());
  const isAll = names.every((name) => methods[name]) || methods['_all'] === true;
  return (isAll ? ['all'] : Object.keys(methods)).flatMap((name) => {
    const used = stack.filter(({ method }) => isAll || method === undefined || method === name);
    const handlers = new Set(used.map(({ handle }) => handle));
    const [handler] = handlers.size === 1 ? handlers : [];
    return namesOf(path).map((each) => ({ method: name.toUpperCase(), path: each, handler }));
  });
}

/** Paths with wildcards as Fastify writes them: `/docs/{*path}` is `/docs/*`. */
function namesOf(path: Path): string[] {
  return [path].flat().map((each) =>
    String(each)
      .replace(/\{(\/?\*)\w*\}/g, '$1')
      .replace(/\*\w+/g, '*'),
  );
}
