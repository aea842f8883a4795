import type { HttpAdapterHost } from '@nestjs/core';

/** The HTTP adapter of an application. */
export type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** A route as the adapter has it. */
export interface AdapterRoute {
  /** `'ALL'` where every method is handled. */
  readonly method: string;
  readonly path: string;
  /** The function that was given to the adapter, where there is only one. */
  readonly handler?: Function;
}

/** Middleware at a path: it answers whatever is below the path. */
export const mounted = (path: string, method = 'ALL'): AdapterRoute => ({
  method,
  path: path.endsWith('*') ? path : `${path.replace(/\/$/, '')}/*`,
});

/** Watches an adapter, and lists its routes and what is mounted at a path. */
export abstract class AdapterRoutes {
  /** What Nest itself adds: the middleware of modules, its answers to unknown routes and errors. */
  protected readonly addedByNest = new WeakSet<object>();

  constructor(protected readonly adapter: HttpAdapter) {
    const methods = adapter as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const name of ['setNotFoundHandler', 'setErrorHandler']) {
      const add = methods[name]!;
      methods[name] = (...args) => this.remember(() => add.apply(adapter, args));
    }
    const create = methods['createMiddlewareFactory']!;
    methods['createMiddlewareFactory'] = (...method) => {
      type Apply = (...args: unknown[]) => unknown;
      const watch =
        (apply: Apply): Apply =>
        (...args) =>
          this.remember(() => apply(...args));
      const apply = create.apply(adapter, method) as Apply | Promise<Apply>;
      return apply instanceof Promise ? apply.then(watch) : watch(apply);
    };
  }

  /** The routes there are now. */
  abstract all(): AdapterRoute[];

  /** Calls `check` when the routes are complete. An error that it throws prevents the start. */
  abstract whenComplete(check: () => void): void;

  /** Every function or layer that is mounted. */
  protected abstract mounts(): object[];

  private remember<T>(add: () => T): T {
    const before = new Set(this.mounts());
    const result = add();
    for (const mount of this.mounts()) if (!before.has(mount)) this.addedByNest.add(mount);
    return result;
  }
}
