import type { StepUpRequirement } from '../decorators/step-up.decorator.js';
import { claimOf } from './claim-path.js';

/**
 * Whether the claims show a login that meets the requirement (RFC 9470 §5): `auth_time` recent
 * enough, `acr` one of the wanted values, `amr` with all of them.
 *
 * @param now seconds since 1970.
 */
export function isRecentAndStrong(
  { maxAgeSec, acr, amr }: StepUpRequirement,
  claims: object,
  now: number,
  clockToleranceSec: number,
): boolean {
  if (maxAgeSec !== undefined) {
    const authTime = claimOf(claims, 'auth_time');
    if (typeof authTime !== 'number') return false;
    const age = now - authTime;
    // A login in the future says nothing about how recent it is.
    if (!(age <= maxAgeSec + clockToleranceSec && age >= -clockToleranceSec)) return false;
  }
  if (acr !== undefined && !(acr as readonly unknown[]).includes(claimOf(claims, 'acr'))) {
    return false;
  }
  if (amr === undefined) return true;
  const methods = claimOf(claims, 'amr');
  return Array.isArray(methods) && amr.every((method) => methods.includes(method));
}
