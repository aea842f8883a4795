/** What `error_description` may consist of (RFC 6750 §3): printable ASCII without the quote and the backslash. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/;

/** One scope (RFC 6749 §3.3): as above, without the space. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

export interface ChallengeParameters {
  error: string;
  description: string;
  /** The scopes a token needs; left out of the challenge when there are none. */
  scopes?: readonly string[];
}

/** Tells whether a text can stand in `error_description` (RFC 6750 §3). */
export const isDescription = (text: string): boolean => DESCRIPTION.test(text);

/** Tells whether a text is one scope of RFC 6749 §3.3. */
export const isScopeToken = (text: string): boolean => SCOPE_TOKEN.test(text);

/**
 * The value of `WWW-Authenticate` (RFC 6750 §3); without parameters the bare `Bearer`, which asks for
 * a token and blames nobody (§3.1). Nothing else in this project writes that header.
 *
 * @throws TypeError when a parameter is outside the header's grammar. Texts are checked where they
 * are configured, so this never happens to a request; it is here so that it never can.
 */
export function bearerChallenge(parameters?: ChallengeParameters): string {
  if (!parameters) return 'Bearer';
  const { error, description, scopes = [] } = parameters;
  if (!isDescription(description) || !scopes.every(isScopeToken)) {
    throw new TypeError(
      'A challenge consists of printable ASCII without quotes and backslashes (RFC 6750 §3).',
    );
  }
  const challenge = `Bearer error="${error}", error_description="${description}"`;
  return scopes.length > 0 ? `${challenge}, scope="${scopes.join(' ')}"` : challenge;
}
