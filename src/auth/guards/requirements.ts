import { Inclusion, type Primitive } from '../decorators/claim.decorator.js';
import type { ScopeRequirement } from '../decorators/scopes.decorator.js';
import type { RequestAuth } from '../request-auth.js';
import { grantedScopes } from '../token/claim-path.js';

/** The scopes that a token grants in the claims that the requirement reads. */
export function grantedFor({ from }: ScopeRequirement, auth: RequestAuth): readonly string[] {
  return from ? grantedScopes(auth.payload, from) : auth.scopes;
}

/** Whether `granted` has what `@Scopes()` or `@Permissions()` requires. */
export function isGranted(
  { scopes, match }: ScopeRequirement,
  granted: readonly string[],
): boolean {
  const isIncluded = (scope: string) => granted.includes(scope);
  return match === 'all' ? scopes.every(isIncluded) : scopes.some(isIncluded);
}

/** Whether the value of a claim is what `@Claim()` expects. */
export function meets(expected: Primitive | Inclusion, value: unknown): boolean {
  if (!(expected instanceof Inclusion)) return value === expected;
  const elements: unknown = typeof value === 'string' ? value.split(' ') : value;
  if (!Array.isArray(elements)) return false;
  const { values, match } = expected;
  const isContained = (wanted: Primitive) => elements.includes(wanted);
  return match === 'all' ? values.every(isContained) : values.some(isContained);
}
