import { Check, type ClaimRequirement, Inclusion } from '../decorators/claim.decorator.js';
import { meets } from '../guards/is-met.js';
import type { RouteAccess } from './route-access.js';

const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** What a reviewer would question about routes, in sentences. */
export function questionable(map: readonly RouteAccess[]): string[] {
  return [...publicWrites(map), ...similarScopes(map), ...unmeetable(map)];
}

function publicWrites(map: readonly RouteAccess[]): string[] {
  const writes = map.filter(
    ({ access, method, reason }) =>
      access === 'public' && WRITING.includes(method) && reason === undefined,
  );
  if (writes.length === 0) return [];
  const names = writes.map(nameOf).join(', ');
  return [
    `Public routes that write, which anyone can call: ${names}. ` +
      'If that is intended, give @Public() a reason.',
  ];
}

/** A scope of one route that looks like a misspelling of another. */
function similarScopes(map: readonly RouteAccess[]): string[] {
  const routes = new Map<string, RouteAccess[]>();
  for (const route of map) {
    for (const scope of new Set(route.scopes.flatMap(({ scopes }) => scopes))) {
      routes.set(scope, [...(routes.get(scope) ?? []), route]);
    }
  }
  const reported = new Set<string>();
  return [...routes].flatMap(([scope, [route, ...others]]) => {
    const isOfSameRoute = (other: string) => routes.get(other)!.includes(route!);
    const similar = [...routes.keys()].find(
      (other) => isOneLetterOff(scope, other) && !isOfSameRoute(other),
    );
    if (others.length > 0 || similar === undefined || reported.has(similar)) return [];
    reported.add(scope);
    return [`Only ${nameOf(route!)} needs the scope ${scope}: is ${similar} meant?`];
  });
}

function unmeetable(map: readonly RouteAccess[]): string[] {
  return map.flatMap((route) => {
    const claim = route.claims.find((one) => route.claims.some((other) => contradicts(one, other)));
    const name = [claim?.claim ?? []].flat().join('.');
    return claim
      ? [`No token can call ${nameOf(route)}: no value of the claim ${name} passes.`]
      : [];
  });
}

/** Whether a claim that has the value that `one` requires fails `other`. */
function contradicts(one: ClaimRequirement, other: ClaimRequirement): boolean {
  const { expected } = one;
  if (expected instanceof Check || expected instanceof Inclusion) return false;
  // JSON has neither NaN nor Infinity.
  if (typeof expected === 'number' && !Number.isFinite(expected)) return true;
  if (other.expected instanceof Check) return false;
  const isSameClaim = [one.claim].flat().join('\0') === [other.claim].flat().join('\0');
  return isSameClaim && !meets(other.expected, expected);
}

/** One letter more, less, other, or two swapped. A digit may be another on purpose. */
function isOneLetterOff(one: string, other: string): boolean {
  if (one === other) return false;
  let start = 0;
  while (one[start] === other[start]) start += 1;
  let end = 0;
  const shorter = Math.min(one.length, other.length) - start;
  while (end < shorter && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const [a, b] = [one, other].map((scope) => scope.slice(start, scope.length - end)) as [
    string,
    string,
  ];
  if (/\d/.test(a + b)) return false;
  return (
    a.length + b.length === 1 ||
    (a.length === 1 && b.length === 1) ||
    (a.length === 2 && a[0] === b[1] && a[1] === b[0])
  );
}

const nameOf = ({ method, path, handler }: RouteAccess) =>
  `${method} ${path}${handler === undefined ? '' : ` (${handler})`}`;
