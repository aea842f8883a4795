/** Path of a claim: its literal name, or the names from the outermost to the innermost. */
export type ClaimPath = string | readonly string[];

/** Whether a value is a name, or a path of names. None of them is empty. */
export function isClaimPath(path: unknown): path is ClaimPath {
  const names: unknown[] = Array.isArray(path) ? path : [path];
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '');
}

/** Reads a claim. Only own properties count: `constructor` is absent unless the token has it. */
export function claimOf(claims: object, path: ClaimPath): unknown {
  return typeof path === 'string' ? own(claims, path) : path.reduce<unknown>(own, claims);
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/**
 * Scopes that the given claims grant, and those that they imply. A string is split at U+0020 only
 * (RFC 6749 §3.3); the strings in an array are whole scopes; anything else grants nothing.
 */
export function grantedScopes(
  claims: object,
  grantClaims: readonly ClaimPath[],
  impliedScopes: ReadonlyMap<string, readonly string[]>,
): string[] {
  const scopes = grantClaims
    .flatMap((path) => {
      const value = claimOf(claims, path);
      if (typeof value === 'string') return value.split(' ');
      return Array.isArray(value) ? (value as unknown[]) : [];
    })
    .filter((scope): scope is string => typeof scope === 'string' && scope !== '');
  if (impliedScopes.size === 0) return scopes;
  return [...new Set(scopes.flatMap((scope) => impliedScopes.get(scope) ?? [scope]))];
}

/** A value and everything in it. Not recursive, because claims may nest deeper than the stack. */
export function valuesIn(root: unknown): unknown[] {
  const values = [root];
  for (const value of values) {
    if (typeof value === 'object' && value !== null) values.push(...Object.values(value));
  }
  return values;
}
