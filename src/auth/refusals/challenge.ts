import { PROOF_ALGORITHMS } from '../algorithms.js';

/** Authentication schemes of access tokens (RFC 6750 §2.1, RFC 9449 §7.1). */
export type Scheme = 'Bearer' | 'DPoP';

/** Characters of `error_description` (RFC 6750 §3): printable ASCII without `"` and `\`. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/;

/** One scope (RFC 6749 §3.3): the same characters without the space. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** What a challenge says (RFC 6750 §3, RFC 9470 §3, RFC 9728 §5.1). */
export interface ChallengeParameters {
  error?: string;
  description?: string;
  /** The scopes that a token needs. @default none: the challenge has no `scope` */
  scopes?: readonly string[];
  /** Values of `acr` that suffice (RFC 9470 §3). */
  acr?: readonly string[];
  /** Largest age of a login, in seconds (RFC 9470 §3). */
  maxAgeSec?: number;
  /** URL of the metadata of the resource. */
  resourceMetadata?: string | undefined;
}

/** Whether a string can be an `error_description` (RFC 6750 §3). */
export const isDescription = (text: string): boolean => DESCRIPTION.test(text);

/** Whether a value is one scope (RFC 6749 §3.3). */
export const isScopeToken = (value: unknown): value is string =>
  typeof value === 'string' && SCOPE_TOKEN.test(value);

/**
 * Checks what a challenge is made of. Decorators check their texts when they are applied, so no
 * request gets here with such a parameter.
 *
 * @throws TypeError when a parameter breaks the header's grammar.
 */
export function checkParameters(parameters: ChallengeParameters): ChallengeParameters {
  const { description = ' ', scopes = [], acr = [] } = parameters;
  if (isDescription(description) && [...scopes, ...acr].every(isScopeToken)) return parameters;
  throw new TypeError(
    'A challenge must be printable ASCII without double quotes and backslashes (RFC 6750 §3).',
  );
}

/**
 * A challenge of `WWW-Authenticate` (RFC 6750 §3). Without parameters it is `Bearer`, which asks
 * for a token and names no error (§3.1). One of `DPoP` has `algs` (RFC 9449 §7.1).
 */
export function challenge(scheme: Scheme, parameters: ChallengeParameters = {}): string {
  const { error, description, scopes = [], acr = [], maxAgeSec, resourceMetadata } = parameters;
  const values = {
    error,
    error_description: description,
    scope: scopes.join(' '),
    acr_values: acr.join(' '),
    max_age: maxAgeSec?.toString(),
    algs: scheme === 'DPoP' ? PROOF_ALGORITHMS.join(' ') : undefined,
    resource_metadata: resourceMetadata,
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return [scheme, given.map(([name, value]) => `${name}="${value}"`).join(', ')].join(' ').trim();
}
