import type { ResolvedAuthOptions } from '../auth.options.js';
import { Inclusion, type Primitive } from '../decorators/claim.decorator.js';
import type { ScopeRequirement } from '../decorators/scopes.decorator.js';
import type { RequestAuth } from '../request-auth.js';
import type { StepUpRequirement } from '../decorators/step-up.decorator.js';
import { claimOf, grantedScopes } from '../token/claim-path.js';

/** The scopes that a token grants in the claims that the requirement reads. */
export function grantedFor(
  { from }: ScopeRequirement,
  { payload, scopes }: RequestAuth,
  { impliedScopes }: Pick<ResolvedAuthOptions, 'impliedScopes'>,
): readonly string[] {
  return from ? grantedScopes(payload, from, impliedScopes) : scopes;
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

/**
 * Whether the claims show a login that meets the requirement (RFC 9470 §6.1): recent enough, of
 * one of the wanted strengths, by all of the wanted means.
 *
 * @param now seconds since 1970.
 */
export function isLoginEnough(
  { maxAgeSec, acr, amr }: StepUpRequirement,
  claims: object,
  { stepUpClaims: paths, clockToleranceSec }: ResolvedAuthOptions,
  now: number,
): boolean {
  if (maxAgeSec !== undefined) {
    const authTime = claimOf(claims, paths.authTime);
    if (typeof authTime !== 'number') return false;
    const age = now - authTime;
    // A login in the future says nothing about how recent it is.
    if (!(age <= maxAgeSec + clockToleranceSec && age >= -clockToleranceSec)) return false;
  }
  if (acr !== undefined && !(acr as readonly unknown[]).includes(claimOf(claims, paths.acr))) {
    return false;
  }
  if (amr === undefined) return true;
  const methods = claimOf(claims, paths.amr);
  return Array.isArray(methods) && amr.every((method) => methods.includes(method));
}
