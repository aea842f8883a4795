import {
  type AccessRule,
  Check,
  type ClaimDescription,
  type ClaimRequirement,
  describeClaim,
  Inclusion,
  type ScopeRequirement,
} from '../auth/index.js';

/** Name of the security scheme: access tokens of the issuer. */
export const SECURITY_SCHEME = 'issuer';

type SecurityRequirement = Record<string, string[]>;

/** `x-access` of an operation: its access rule, for clients that check a token before they call. */
export interface AccessExtension {
  access: AccessRule['access'];
  /** All must be met. Without `from`, the claims in `x-grant-claims` grant the scopes. */
  scopes: readonly ScopeRequirement[];
  claims: readonly ClaimDescription[];
}

/** The access rule of an operation: in words, as `security`, and as `x-access`. */
export function describeAccess(rule: AccessRule) {
  const { access, scopes, claims } = rule;
  const extension: AccessExtension = { access, scopes, claims: claims.map(describeClaim) };
  return { description: inWords(rule), security: securityOf(rule), 'x-access': extension };
}

/**
 * Alternatives, each with all the scopes that suffice together (OpenAPI 3.1 §4.8.30). An empty
 * list means a public operation, an empty alternative a request without a token.
 */
function securityOf({ access, scopes }: AccessRule): SecurityRequirement[] {
  if (access === 'public') return [];
  const alternatives = sufficientScopes(scopes).map((names) => ({ [SECURITY_SCHEME]: names }));
  return access === 'optional' ? [{}, ...alternatives] : alternatives;
}

/** Every combination of scopes that meets all the requirements. */
function sufficientScopes(requirements: readonly ScopeRequirement[]): string[][] {
  let combinations: string[][] = [[]];
  for (const { scopes, match } of requirements) {
    const choices = match === 'all' ? [scopes] : scopes.map((scope) => [scope]);
    combinations = combinations.flatMap((names) =>
      choices.map((choice) => [...new Set([...names, ...choice])]),
    );
  }
  return combinations;
}

function inWords({ access, scopes, claims }: AccessRule): string {
  if (access === 'public') return 'Public: an access token is ignored.';
  if (access === 'optional') {
    return 'The access token is optional. If the request has one, it must be valid.';
  }
  const granted = scopes.map(scopesInWords).join(', and ');
  const required = granted === '' ? 'a valid access token' : `an access token with ${granted}`;
  return [`Requires ${required}.`, ...claims.map(claimInWords)].join(' ');
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

/** Items with "and" or "or" before the last one. */
export const LISTS = {
  all: new Intl.ListFormat('en-GB', { type: 'conjunction' }),
  any: new Intl.ListFormat('en-GB', { type: 'disjunction' }),
};

/** The items as code. */
function list(items: readonly string[], match: 'all' | 'any' = 'all'): string {
  return LISTS[match].format(items.map((item) => `\`${item}\``));
}
