/** By scope, the scopes that it grants as well. */
export type ImpliedScopes = Readonly<Record<string, readonly string[]>>;

/** By scope, all scopes that it grants: itself, what it implies, and what that implies. */
export function followScopes(implied: ImpliedScopes): ReadonlyMap<string, readonly string[]> {
  const direct = new Map(Object.entries(implied));
  return new Map(
    [...direct.keys()].map((scope) => {
      const granted = new Set([scope]);
      // A set visits what is added to it on the way.
      for (const each of granted) for (const next of direct.get(each) ?? []) granted.add(next);
      return [scope, [...granted]];
    }),
  );
}

/** Scopes that imply each other, as `a implies b implies a`; undefined if there are none. */
export function circleIn(implied: ImpliedScopes): string | undefined {
  const direct = new Map(Object.entries(implied));
  const searched = new Set<string>();
  const search = (scope: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(scope)) return [...path.slice(path.indexOf(scope)), scope];
    if (searched.has(scope)) return undefined;
    searched.add(scope);
    for (const next of direct.get(scope) ?? []) {
      const circle = search(next, [...path, scope]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  for (const scope of direct.keys()) {
    const circle = search(scope, []);
    if (circle !== undefined) return circle.join(' implies ');
  }
  return undefined;
}
