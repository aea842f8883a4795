import {
  type AccessRule,
  Check,
  type ClaimRequirement,
  Inclusion,
  type ScopeRequirement,
} from '../auth/index.js';

/** Who may call an operation, as a person reads it: what a document cannot say in its own terms, it says here. */
export function accessInWords({ access, scopes, claims }: AccessRule): string {
  if (access === 'public') return 'Open to everybody; a token is not looked at.';
  if (access === 'optional')
    return 'Takes an access token or none; one that is sent must be valid.';
  const granted = scopes.map(scopesInWords).join(', and ');
  const needs = granted === '' ? 'a valid access token' : `an access token with ${granted}`;
  return [`Needs ${needs}.`, ...claims.map(claimInWords)].join(' ');
}

function scopesInWords({ scopes, match, from }: ScopeRequirement): string {
  const noun = scopes.length === 1 ? 'the scope' : match === 'all' ? 'the scopes' : 'one scope of';
  const names = list(scopes.map(code), match === 'all' ? 'and' : 'or');
  const by = from === undefined ? '' : ` (granted by the claim ${list(from.map(code), 'or')})`;
  return `${noun} ${names}${by}`;
}

function claimInWords({ claim, expected, message }: ClaimRequirement): string {
  if (expected instanceof Check) {
    return `The API judges the claims of the token${message === undefined ? '' : `: ${message}`}.`;
  }
  const name = code([claim].flat().join('.'));
  if (!(expected instanceof Inclusion)) {
    return `The claim ${name} must be ${code(JSON.stringify(expected))}.`;
  }
  const { values, match } = expected;
  const wanted = list(
    values.map((value) => code(JSON.stringify(value))),
    match === 'all' ? 'and' : 'or',
  );
  return `The claim ${name} must contain ${wanted}.`;
}

const code = (text: string) => `\`${text}\``;

function list(items: readonly string[], conjunction: 'and' | 'or'): string {
  return items.length < 2
    ? items.join('')
    : `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1)}`;
}
