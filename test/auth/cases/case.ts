import type { TestIssuer, TestKey } from '../../../src/auth/testing/index.js';
import type { Ask } from '../../support/http.js';
import type { ExpectedRefusal } from '../../support/refusal.js';

/** What a case builds its token or request from. */
export interface Given {
  /** The configured issuer. */
  issuer: TestIssuer;
  /** An issuer that is not configured. */
  other: TestIssuer;
  /** An RSA key that no issuer publishes. */
  stranger: TestKey;
  /** An RSA key that the issuer publishes without `alg`, if it has more than one key. */
  untyped: TestKey;
  /** The time in seconds since 1970. It does not change. */
  now: number;
}

/** The token or request is accepted. */
export const PASS = 'pass';

/** Node answers 400 or 431 before the application sees the request. */
export const BROKEN_HTTP = 'broken HTTP';

export type Expected = ExpectedRefusal | typeof PASS;

/** A token and the result of verifying it. The title completes "accepts" or "refuses". */
export type TokenCase = [title: string, make: (given: Given) => string, expected: Expected];

/** A request; by default `GET /routes/closed`. */
export interface Sent extends Ask {
  method?: string;
  path?: string;
  /** Raw header lines, one byte per character, for requests that no HTTP client sends. */
  lines?: string[];
}

/** A request and its answer. The title completes "accepts" or "refuses". */
export type RequestCase = [
  title: string,
  send: (given: Given) => Sent,
  expected: Expected | typeof BROKEN_HTTP,
];

/** Every refusal with a fixed description. */
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
  idToken: invalidToken(
    'id_token_used',
    'The token is not an access token, but an ID, refresh or logout token.',
  ),
  bound: invalidToken(
    'token_bound',
    'The access token is bound to a key or a certificate, so it is not a bearer token.',
  ),
  requirement: invalidToken(
    'claim_requirement',
    'A claim of the access token does not meet the requirement.',
  ),
} satisfies Record<string, ExpectedRefusal>;

/** The refusal of a token without a required scope or permission. */
export function lacksScope(scope: string): ExpectedRefusal {
  const description = 'The access token lacks a required scope.';
  return { status: 403, code: 'insufficient_scope', description, scope };
}

function invalidToken(code: string, description: string): ExpectedRefusal {
  return { status: 401, code, error: 'invalid_token', description };
}
