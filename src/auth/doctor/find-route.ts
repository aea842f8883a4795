import type { RouteAccess } from '../access-map/route-access.js';

const MAX_SUGGESTIONS = 3;

export const nameOf = ({ method, path }: Pick<RouteAccess, 'method' | 'path'>): string =>
  `${method} ${path}`;

/**
 * The routes that match a request such as `GET /api/messages/7`, or that are declared like this,
 * the one with the fewest parameters first.
 */
export function routesFor(routes: readonly RouteAccess[], request: string): RouteAccess[] {
  const { method, path } = parse(request);
  const isPattern = /[:*]/.test(path);
  const candidates = routes.filter((route) => {
    return isPattern ? route.path === path : patternOf(route.path).test(path);
  });
  const handling = (name: string) => candidates.filter((route) => route.method === name);
  const ofMethod = handling(method);
  const ofGet = method === 'HEAD' && ofMethod.length === 0 ? handling('GET') : [];
  return [...ofMethod, ...ofGet, ...handling('ALL')].toSorted(
    (one, other) => wildcards(one.path) - wildcards(other.path),
  );
}

/** The routes whose names differ least from a request that has none. */
export function nearestRoutes(routes: readonly RouteAccess[], request: string): string[] {
  const { method, path } = parse(request);
  const wanted = nameOf({ method, path });
  return routes
    .map(nameOf)
    .map((name) => ({ name, distance: distance(name, wanted) }))
    .toSorted((one, other) => one.distance - other.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name }) => name);
}

function parse(request: string): { method: string; path: string } {
  const [first = '', second] = request.trim().split(/\s+/);
  const [method, path] = second === undefined ? ['GET', first] : [first.toUpperCase(), second];
  return { method, path: path.split(/[?#]/, 1)[0]!.replace(/(?<=.)\/$/, '') };
}

/** A parameter `:id` is a part of one segment; `*`, with or without a name, is the rest. */
function patternOf(path: string): RegExp {
  const source = path
    .replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`)
    .replaceAll(/:\w+/g, '[^/]+')
    .replaceAll(/\*\w*/g, '.*');
  return new RegExp(`^${source}$`);
}

const wildcards = (path: string): number => path.split(/[:*]/).length;

/** Levenshtein's distance: how many characters to insert, delete or replace. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
