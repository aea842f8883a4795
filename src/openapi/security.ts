import type { AccessRule, ScopeRequirement } from '../auth/index.js';

/** Name of the one security scheme: access tokens of the issuer. */
export const SCHEME = 'issuer';

type SecurityRequirement = Record<string, string[]>;

/**
 * `security` of an operation (OpenAPI 3.1 §4.8.30): alternatives, each with all the scopes that suffice together. None is
 * open to everybody; an empty one is a request without a token.
 */
export function securityOf({ access, scopes }: AccessRule): SecurityRequirement[] {
  if (access === 'public') return [];
  const alternatives = sufficientScopes(scopes).map((names) => ({ [SCHEME]: names }));
  return access === 'optional' ? [{}, ...alternatives] : alternatives;
}

/** Every way to meet all requirements, choosing one scope of each that any of its scopes meets. */
function sufficientScopes(requirements: readonly ScopeRequirement[]): string[][] {
  let ways: string[][] = [[]];
  for (const { scopes, match } of requirements) {
    const choices = match === 'all' ? [scopes] : scopes.map((scope) => [scope]);
    ways = ways.flatMap((way) => choices.map((choice) => [...new Set([...way, ...choice])]));
  }
  return ways;
}
