/** Characters of `error_description` (RFC 6750 §3): printable ASCII without `"` and `\`. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/;

/** One scope (RFC 6749 §3.3): the same characters without the space. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

export interface ChallengeParameters {
  error: string;
  description: string;
  /** The scopes that a token needs. @default none: the challenge has no `scope` */
  scopes?: readonly string[];
  /** Values of `acr` that suffice (RFC 9470 §3). */
  acr?: readonly string[];
  /** Largest age of a login, in seconds (RFC 9470 §3). */
  maxAgeSec?: number;
}

/** Whether a string can be an `error_description` (RFC 6750 §3). */
export const isDescription = (text: string): boolean => DESCRIPTION.test(text);

/** Whether a string is one scope (RFC 6749 §3.3). */
export const isScopeToken = (text: string): boolean => SCOPE_TOKEN.test(text);

/**
 * The value of `WWW-Authenticate` (RFC 6750 §3). Without parameters it is `Bearer`, which asks for
 * a token and names no error (§3.1).
 *
 * @throws TypeError when a parameter breaks the header's grammar. Decorators check their texts when
 * they are applied, so no request gets here with such a parameter.
 */
export function bearerChallenge(parameters?: ChallengeParameters): string {
  if (!parameters) return 'Bearer';
  const { error, description, scopes = [], acr = [], maxAgeSec } = parameters;
  if (!isDescription(description) || ![...scopes, ...acr].every(isScopeToken)) {
    throw new TypeError(
      'A challenge must be printable ASCII without double quotes and backslashes (RFC 6750 §3).',
    );
  }
  const values = {
    error,
    error_description: description,
    scope: scopes.join(' '),
    acr_values: acr.join(' '),
    max_age: maxAgeSec?.toString() ?? '',
  };
  const given = Object.entries(values).filter(([, value]) => value !== '');
  return `Bearer ${given.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}

/** A challenge that also says where the metadata of the resource are (RFC 9728 §5.1). */
export function withMetadata(challenge: string, url: string | undefined): string {
  if (url === undefined) return challenge;
  const parameter = `resource_metadata="${url}"`;
  return challenge === 'Bearer' ? `Bearer ${parameter}` : `${challenge}, ${parameter}`;
}
