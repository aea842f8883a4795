import type { StepUpRequirement } from '../decorators/step-up.decorator.js';
import type { ResolvedAuthOptions } from '../auth.options.js';
import { claimOf } from './claim-path.js';

/**
 * Whether the claims show a login that meets the requirement (RFC 9470 §6.1): recent enough, of
 * one of the wanted strengths, by all of the wanted means.
 *
 * @param now seconds since 1970.
 */
export function isRecentAndStrong(
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
