import {
  type AccessRule,
  Check,
  type ClaimDescription,
  type ClaimRequirement,
  describeClaim,
  Inclusion,
  type ResolvedAuthOptions,
  type ScopeRequirement,
  type StepUpRequirement,
} from '../auth/index.js';

/** Name of the security scheme: access tokens of the issuer. */
export const SECURITY_SCHEME = 'issuer';

/** Name of the security scheme for the same tokens, bound to a key (RFC 9449). */
export const DPOP_SCHEME = 'dpop';

type SecurityRequirement = Record<string, string[]>;

/** A requirement on scopes, and the scopes that imply them. */
export interface ScopeExtension extends ScopeRequirement {
  impliedBy?: Record<string, string[]>;
}

/** `x-access` of an operation: its access rule, for clients that check a token before they call. */
export interface AccessExtension {
  access: AccessRule['access'];
  /** Why it is public. */
  reason?: string | undefined;
  /** Without it, the token is for the audiences of the API. */
  audience?: string | undefined;
  /** All must be met. Without `from`, the claims in `x-grant-claims` grant the scopes. */
  scopes: readonly ScopeExtension[];
  claims: readonly ClaimDescription[];
  stepUp: readonly StepUpExtension[];
}

/** A requirement on the login, and the claims that show it. */
export interface StepUpExtension extends StepUpRequirement {
  from: ResolvedAuthOptions['stepUpClaims'];
}

/** The access rule of an operation: in words, as `security`, and as `x-access`. */
export function describeAccess(
  rule: AccessRule,
  {
    impliedScopes,
    stepUpClaims: from,
    dpop,
  }: Pick<ResolvedAuthOptions, 'impliedScopes' | 'stepUpClaims' | 'dpop'>,
) {
  const scopes = rule.scopes.map((requirement) => {
    const impliedBy = impliersOf(requirement, impliedScopes);
    return impliedBy === undefined ? requirement : { ...requirement, impliedBy };
  });
  const { resource, ...others } = rule;
  const extension: AccessExtension = {
    ...others,
    audience: resource?.audience,
    scopes,
    claims: rule.claims.map(describeClaim),
    stepUp: rule.stepUp.map((requirement) => ({ ...requirement, from })),
  };
  return {
    description: inWords(rule),
    security: securityOf({ ...rule, scopes }, SCHEMES[dpop.mode]),
    'x-access': extension,
  };
}

/** The security schemes of an operation, by the mode of DPoP. */
const SCHEMES: Readonly<Record<ResolvedAuthOptions['dpop']['mode'], readonly string[]>> = {
  off: [SECURITY_SCHEME],
  allowed: [SECURITY_SCHEME, DPOP_SCHEME],
  required: [DPOP_SCHEME],
};

/**
 * Alternatives, each with all the scopes that suffice together (OpenAPI 3.1 §4.8.30). An empty
 * list means a public operation, an empty alternative a request without a token.
 */
function securityOf(
  { access, scopes }: Pick<AccessExtension, 'access' | 'scopes'>,
  schemes: readonly string[],
): SecurityRequirement[] {
  if (access === 'public') return [];
  const alternatives = schemes.flatMap((scheme) =>
    sufficientScopes(scopes).map((names) => ({ [scheme]: names })),
  );
  return access === 'optional' ? [{}, ...alternatives] : alternatives;
}

/** Every combination of scopes that meets all the requirements. */
function sufficientScopes(requirements: readonly ScopeExtension[]): string[][] {
  let combinations: string[][] = [[]];
  for (const { scopes, match, impliedBy } of requirements) {
    const ways = scopes.map((scope) => [scope, ...(impliedBy?.[scope] ?? [])]);
    const choices = match === 'all' ? oneOfEach(ways) : ways.flat().map((scope) => [scope]);
    combinations = combinations.flatMap((names) =>
      choices.map((choice) => [...new Set([...names, ...choice])]),
    );
  }
  return combinations;
}

/** Every list with one element of each of the given lists. */
function oneOfEach(lists: readonly string[][]): string[][] {
  return lists.reduce<string[][]>(
    (chosen, ways) => chosen.flatMap((names) => ways.map((name) => [...names, name])),
    [[]],
  );
}

/** By scope of the requirement, the broader scopes that grant it; undefined if none does. */
function impliersOf(
  { scopes }: ScopeRequirement,
  impliedScopes: ResolvedAuthOptions['impliedScopes'],
): Record<string, string[]> | undefined {
  const found = scopes.flatMap((scope) => {
    const broader = [...impliedScopes].filter(
      ([name, all]) => name !== scope && all.includes(scope),
    );
    return broader.length > 0 ? [[scope, broader.map(([name]) => name)] as const] : [];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

function inWords({ access, resource, scopes, claims, stepUp }: AccessRule): string {
  if (access === 'public') return 'Public: an access token is ignored.';
  if (access === 'optional') {
    return 'The access token is optional. If the request has one, it must be valid.';
  }
  const granted = scopes.map(scopesInWords).join(', and ');
  const required = granted === '' ? 'a valid access token' : `an access token with ${granted}`;
  const audience = resource
    ? [`The token must be for the audience ${list([resource.audience])}.`]
    : [];
  const others = [...audience, ...claims.map(claimInWords), ...stepUp.map(stepUpInWords)];
  return [`Requires ${required}.`, ...others].join(' ');
}

function scopesInWords({ scopes, match, from }: ScopeRequirement): string {
  const noun = scopes.length === 1 ? 'the scope' : match === 'all' ? 'the scopes' : 'one scope of';
  const by = from === undefined ? '' : ` (granted by the claim ${list(from, 'any')})`;
  return `${noun} ${list(scopes, match)}${by}`;
}

function claimInWords({ claim, expected, message }: ClaimRequirement): string {
  if (expected instanceof Check) {
    return `The API checks the claims of the token${message === undefined ? '' : `: ${message}`}.`;
  }
  const name = list([[claim].flat().join('.')]);
  if (!(expected instanceof Inclusion)) {
    return `The claim ${name} must be ${list([JSON.stringify(expected)])}.`;
  }
  const values = expected.values.map((value) => JSON.stringify(value));
  return `The claim ${name} must contain ${list(values, expected.match)}.`;
}

function stepUpInWords({ maxAgeSec, acr, amr }: StepUpRequirement): string {
  const requirements = [
    maxAgeSec === undefined ? [] : `at most ${maxAgeSec} seconds old`,
    acr === undefined ? [] : `of the strength ${list(acr, 'any')} (\`acr\`)`,
    amr === undefined ? [] : `by ${list(amr)} (\`amr\`)`,
  ].flat();
  return `The login must be ${LISTS.all.format(requirements)}.`;
}

/** Items with "and" or "or" before the last one. */
export const LISTS = {
  all: new Intl.ListFormat('en-GB', { type: 'conjunction' }),
  any: new Intl.ListFormat('en-GB', { type: 'disjunction' }),
};

/** The items as code. */
function list(items: readonly string[], match: 'all' | 'any' = 'all'): string {
  return LISTS[match].format(items.map((item) => `\`${item}\``));
}
