/** A route of an application: `'ALL'` where every method is handled. */
interface Route {
  readonly method: string;
  readonly path: string;
}

/** What the keys of the option `rawRoutes` look like. */
export const RAW_ROUTE = /^(?:ALL|[A-Z-]+) \/\S*$/;

/**
 * Whether an entry of the option `rawRoutes` covers a route. `ALL` covers every method, `GET` also
 * `HEAD`. A final `/*` covers the path before it and everything below; a `*` elsewhere covers
 * characters within one segment.
 */
export function covers(entry: string, { method, path }: Route): boolean {
  const [methods, pattern] = entry.split(' ') as [string, string];
  const isMethod =
    methods === 'ALL' || methods === method || (methods === 'GET' && method === 'HEAD');
  return isMethod && expressionOf(pattern).test(path);
}

function expressionOf(pattern: string): RegExp {
  const isTree = pattern.endsWith('/*');
  const parts = (isTree ? pattern.slice(0, -2) : pattern).split('*');
  const source = parts.map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')).join('[^/]*');
  return new RegExp(`^${source}${isTree ? '(?:/.*)?' : ''}$`);
}
