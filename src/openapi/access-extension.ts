import { type AccessRule, Check, type ClaimRequirement, Inclusion } from '../auth/index.js';

type Primitive = string | number | boolean | null;

/** What one requirement on claims looks like to a client. Of a function it can know the message only. */
export interface ClaimExtension {
  claim?: string | readonly string[];
  equals?: Primitive;
  includes?: readonly Primitive[];
  match?: 'all' | 'any';
  message?: string;
}

/** `x-access` of an operation: its access rule as JSON, for clients that want to know before they ask. */
export interface AccessExtension {
  access: AccessRule['access'];
  /** All of them must be met; without `from` by the claims that `x-grant-claims` names. */
  scopes: AccessRule['scopes'];
  claims: readonly ClaimExtension[];
}

export function accessExtension({ access, scopes, claims }: AccessRule): AccessExtension {
  // Members that are undefined would be null in YAML's way of writing them.
  return JSON.parse(
    JSON.stringify({ access, scopes, claims: claims.map(claimExtension) }),
  ) as AccessExtension;
}

function claimExtension({ claim, expected, message }: ClaimRequirement): ClaimExtension {
  if (expected instanceof Check) return { message };
  if (!(expected instanceof Inclusion)) return { claim, equals: expected, message };
  const { values, match } = expected;
  return { claim, includes: values, match, message };
}
