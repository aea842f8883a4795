import type { TestIssuer, TestKey } from '../../../src/auth/testing/index.js';
import type { Ask } from '../../support/http.js';
import type { ExpectedRefusal } from '../../support/refusal.js';

/** What a case makes its request of. */
export interface Given {
  /** The issuer that is configured. */
  issuer: TestIssuer;
  /** An issuer that is not. */
  other: TestIssuer;
  /** An RSA key that nobody publishes. */
  stranger: TestKey;
  /** An RSA key that the issuer publishes without `alg`, where it has more than one. */
  untyped: TestKey;
  /** The time, in seconds since 1970; it stands still. */
  now: number;
}

/** A request; by default `GET /routes/closed`. */
export interface Sent extends Ask {
  method?: string;
  path?: string;
  /** Header lines as they go over the wire, for what no client would send; a character is a byte. */
  lines?: string[];
}

/** The request passes. */
export const PASS = 'pass';

/** Node refuses it before the application sees it: 400 or 431. */
export const BROKEN_HTTP = 'broken HTTP';

export type Expected = ExpectedRefusal | typeof PASS | typeof BROKEN_HTTP;

/** Title, request, and what must become of it. */
export type Case = [title: string, send: (given: Given) => Sent, expected: Expected];

/** Every refusal that has a sentence of its own, whole. */
export const REFUSED = {
  missing: { status: 401 },
  repeated: {
    status: 400,
    code: 'credentials_repeated',
    description: 'The request carries credentials more than once.',
  },
  malformed: invalidToken('token_malformed', 'The access token is malformed.'),
  algorithm: invalidToken(
    'algorithm_not_allowed',
    'The access token is signed with an algorithm that is not allowed.',
  ),
  type: invalidToken('type_not_allowed', 'The access token has a type that is not allowed.'),
  critical: invalidToken(
    'critical_header',
    'The access token has a header parameter that must be understood and is not.',
  ),
  key: invalidToken('key_unknown', 'The access token is signed with an unknown key.'),
  signature: invalidToken('signature_invalid', 'The signature of the access token is invalid.'),
  issuer: invalidToken('issuer_mismatch', 'The access token is from another issuer.'),
  audience: invalidToken('audience_mismatch', 'The access token is for another audience.'),
  expired: invalidToken('token_expired', 'The access token has expired.'),
  inactive: invalidToken('token_not_active', 'The access token is not active yet.'),
  claim: invalidToken(
    'claim_invalid',
    'The access token lacks a registered claim, or has a malformed one.',
  ),
  idToken: invalidToken('id_token_used', 'An ID token was sent in place of an access token.'),
  bound: invalidToken(
    'token_bound',
    'The access token is bound to a key or a certificate and is no bearer token.',
  ),
  requirement: invalidToken(
    'claim_requirement',
    'A claim of the access token does not meet the requirement.',
  ),
} satisfies Record<string, ExpectedRefusal>;

/** The refusal of a token that lacks scopes or permissions. */
export function lacksScope(scope: string): ExpectedRefusal {
  const description = 'The access token lacks a required scope.';
  return { status: 403, code: 'insufficient_scope', description, scope };
}

function invalidToken(code: string, description: string): ExpectedRefusal {
  return { status: 401, code, error: 'invalid_token', description };
}
