import type { ResolvedAuthOptions } from '../auth.options.js';
import {
  Check,
  type ClaimRequirement,
  Inclusion,
  type Primitive,
} from '../decorators/claim.decorator.js';
import type { ScopeRequirement } from '../decorators/scopes.decorator.js';
import type { StepUpRequirement } from '../decorators/step-up.decorator.js';
import { meets } from '../guards/is-met.js';
import { claimOf, type ClaimPath } from '../token/claim-path.js';

type Claims = Record<string, unknown>;

/** What a route requires of a token. */
interface Requirements {
  readonly scopes: readonly ScopeRequirement[];
  readonly claims: readonly ClaimRequirement[];
  readonly stepUp: readonly StepUpRequirement[];
}

/** Claims of a token that a route refuses. */
interface DeniedClaims {
  /** What it lacks: `without the scope read:messages`. */
  readonly what: string;
  readonly claims: Claims;
}

/** Tokens that have all scopes but one, or but those of which one is enough. */
export function scopeCases(
  { scopes: requirements }: Requirements,
  options: ResolvedAuthOptions,
): DeniedClaims[] {
  const lacking = requirements.flatMap(({ scopes, match }) =>
    match === 'all' ? scopes.map((scope) => [scope]) : [scopes],
  );
  return unique(lacking, String).map((scopes) => ({
    what: `without the scope ${scopes.join(' or ')}`,
    claims: granting(requirements, options, scopes),
  }));
}

/** Tokens that have all scopes and all claims but one. */
export function claimCases(
  { scopes, claims: requirements }: Requirements,
  options: ResolvedAuthOptions,
): DeniedClaims[] {
  const ofOneClaim = requirements.filter(hasClaim);
  const cases = unique(ofOneClaim, ({ claim }) => String(claim)).map((lacking) => {
    const claims = granting(scopes, options);
    satisfy(
      ofOneClaim.filter(({ claim }) => String(claim) !== String(lacking.claim)),
      claims,
    );
    return { what: `without the claim ${[lacking.claim].flat().join('.')}`, claims, lacking };
  });
  // A claim that grants a required scope may meet the requirement.
  return cases.filter(({ claims, lacking: { claim, expected } }) => {
    return !meets(expected, claimOf(claims, claim));
  });
}

/** A token that has all scopes and claims, and says nothing about the login. */
export function loginCases(
  { scopes, claims: requirements, stepUp }: Requirements,
  options: ResolvedAuthOptions,
): DeniedClaims[] {
  if (stepUp.length === 0 || !requirements.every(hasClaim)) return [];
  const claims = granting(scopes, options);
  satisfy(requirements.filter(hasClaim), claims);
  return [{ what: 'without a recent or strong login', claims }];
}

interface RequirementOfOneClaim extends ClaimRequirement {
  readonly claim: ClaimPath;
  readonly expected: Exclude<ClaimRequirement['expected'], Check>;
}

function hasClaim(requirement: ClaimRequirement): requirement is RequirementOfOneClaim {
  return !(requirement.expected instanceof Check);
}

/** Adds claims that meet the requirements. */
function satisfy(requirements: readonly RequirementOfOneClaim[], claims: Claims): void {
  for (const { claim, expected } of requirements) {
    put(claims, claim, expected instanceof Inclusion ? expected.values : expected);
  }
}

/** Claims that grant every scope except the lacking ones, and those that imply these. */
function granting(
  requirements: readonly ScopeRequirement[],
  { grantClaims, impliedScopes }: ResolvedAuthOptions,
  lacking: readonly string[] = [],
): Claims {
  const claims: Claims = {};
  for (const { scopes, from = grantClaims } of requirements) {
    const granted = scopes.filter((scope) => {
      const implied = impliedScopes.get(scope) ?? [scope];
      return !implied.some((each) => lacking.includes(each));
    });
    put(claims, from[0]!, granted);
  }
  return claims;
}

/** Puts a value at a path. A list is added to the one that is there. */
function put(claims: Claims, path: ClaimPath, value: Primitive | readonly Primitive[]): void {
  const names = [path].flat();
  const last = names.pop()!;
  let parent = claims;
  for (const name of names) parent = parent[name] = Object(parent[name] ?? {}) as Claims;
  const before = parent[last];
  parent[last] = Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value;
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
