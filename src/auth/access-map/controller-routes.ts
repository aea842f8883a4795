import type { Type } from '@nestjs/common';
import type { AccessRules, RouteHandler } from '../access-rules.js';
import { ROUTE_PATH } from '../nest-metadata.js';
import type { AdapterRoute } from './adapter-routes.js';

/** Nest copies all metadata of a method to the function that it gives to the adapter. */
const METHOD = Symbol('auth:method');

/** Finds out which method of which controller handles a route of the adapter. */
export class ControllerRoutes {
  private readonly known = new Map<unknown, RouteHandler[]>();

  /** Create it after the controllers and before Nest gives their methods to the adapter. */
  constructor(rules: AccessRules) {
    for (const [method, handler] of rules.functions()) {
      Reflect.defineMetadata(METHOD, method, method);
      this.known.set(method, [...(this.known.get(method) ?? []), handler]);
    }
  }

  /** Several if controllers inherit one method and their paths do not tell them apart. */
  handlersOf({ handler, path }: AdapterRoute): RouteHandler[] {
    const method: unknown = handler && Reflect.getOwnMetadata(METHOD, handler);
    // A method that was given to the adapter as it is runs without the guards.
    const handlers = method === handler ? [] : (this.known.get(method) ?? []);
    const lengths = handlers.map((each) => matchingLength(each, path));
    return handlers.filter((_, index) => lengths[index] === Math.max(...lengths));
  }
}

/** How much of the end of a path is that of the controller and its method. */
function matchingLength({ controller, method }: RouteHandler, path: string): number {
  const methods = controller.prototype as Record<string, Function>;
  const ends = pathsOf(controller).flatMap((base) =>
    pathsOf(methods[method]!).map((end) => normalize(`/${base}/${end}`)),
  );
  return Math.max(...ends.filter((end) => normalize(path).endsWith(end)).map((end) => end.length));
}

const pathsOf = (target: Type | Function) =>
  [Reflect.getMetadata(ROUTE_PATH, target) as string | string[]].flat();

const normalize = (path: string) => path.replace(/\/+/g, '/').replace(/\/$/, '');
