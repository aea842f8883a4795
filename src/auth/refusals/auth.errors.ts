import { HttpException } from '@nestjs/common';
import { bearerChallenge } from './challenge.js';

/** Why a token was refused; stable, documented in the README's errors table. */
export type InvalidTokenCode = keyof typeof INVALID_TOKEN;

/** The `code` of a refusal's body. */
export type AuthErrorCode = (typeof AUTH_ERROR_CODES)[AuthErrorName][number];

/** The `error` of a refusal: those of RFC 6750 §3.1, and RFC 6749's word for an outage. */
export type AuthErrorName =
  'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'temporarily_unavailable';

/** What is behind a refusal. Only `cause` and `detail` are for the log alone. */
export interface AuthErrorOptions {
  cause?: unknown;
  /** What was expected and what came. Logged, never sent. */
  detail?: Record<string, unknown>;
}

interface Refusal {
  status: number;
  error?: AuthErrorName;
  code?: AuthErrorCode;
  description?: string;
  challenge?: string;
  retryAfterSec?: number;
}

/** `HttpException` keeps its `status` private to TypeScript; an {@link AuthError} shows it. */
const PublicHttpException = HttpException as unknown as new (
  ...args: ConstructorParameters<typeof HttpException>
) => Omit<HttpException, 'initMessage'>;

/** Serialises to nothing on every adapter: the body of a challenge without an error is empty. */
const EMPTY_BODY = { toJSON: () => undefined };

/**
 * A request that the guards refuse. Nest answers it without a filter of ours; an application
 * that wants another body catches it with `@Catch(AuthError)`: the headers are already set. It has no stack trace.
 */
export abstract class AuthError extends PublicHttpException {
  /** HTTP status of the answer. */
  declare readonly status: number;

  /** `error` of the body and of the challenge; undefined when the request had no credentials. */
  readonly error?: AuthErrorName;

  /** Stable name of the reason; undefined when the request had no credentials. */
  readonly code?: AuthErrorCode;

  /** Value of `WWW-Authenticate`; undefined when another token would not help. */
  readonly challenge?: string;

  /** Seconds after which the client may try again, for `Retry-After`. */
  readonly retryAfterSec?: number;

  /** What was expected and what came. For the log: never send it to a client. */
  readonly detail: Readonly<Record<string, unknown>>;

  protected constructor(refusal: Refusal, { cause, detail = {} }: AuthErrorOptions) {
    const { status, error, code, description, challenge, retryAfterSec } = refusal;
    // Where a refusal was thrown tells nobody anything, and to find out would be the dearest part of it.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(error ? { error, error_description: description, code } : EMPTY_BODY, status, { cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.message = description ?? 'The request has no access token.';
    this.error = error;
    this.code = code;
    this.challenge = challenge;
    this.retryAfterSec = retryAfterSec;
    this.detail = detail;
  }

  /** The message is said above; Nest would make one of the name of the class. */
  initMessage(): void {}
}

/** The request has no credentials, or a `Bearer` header that holds no token (RFC 6750 §3.1): 401, the bare challenge. */
export class MissingTokenError extends AuthError {
  constructor(options: AuthErrorOptions = {}) {
    super({ status: 401, challenge: bearerChallenge() }, options);
  }
}

/** The request carries credentials more than once (RFC 6750 §2, §3.1): 400. */
export class InvalidRequestError extends AuthError {
  constructor(options: AuthErrorOptions = {}) {
    const error = 'invalid_request';
    const description = 'The request carries credentials more than once.';
    const challenge = bearerChallenge({ error, description });
    super({ status: 400, error, code: 'credentials_repeated', description, challenge }, options);
  }
}

const INVALID_TOKEN = {
  token_malformed: 'The access token is malformed.',
  algorithm_not_allowed: 'The access token is signed with an algorithm that is not allowed.',
  type_not_allowed: 'The access token has a type that is not allowed.',
  critical_header: 'The access token has a header parameter that must be understood and is not.',
  key_unknown: 'The access token is signed with an unknown key.',
  signature_invalid: 'The signature of the access token is invalid.',
  issuer_mismatch: 'The access token is from another issuer.',
  audience_mismatch: 'The access token is for another audience.',
  token_expired: 'The access token has expired.',
  token_not_active: 'The access token is not active yet.',
  claim_invalid: 'The access token lacks a registered claim, or has a malformed one.',
  id_token_used: 'An ID token was sent in place of an access token.',
  token_bound: 'The access token is bound to a key or a certificate and is no bearer token.',
  token_revoked: 'The access token has been revoked.',
} as const;

/** The access token cannot be accepted (RFC 6750 §3.1): 401, `invalid_token`; `code` says why. */
export class InvalidTokenError extends AuthError {
  constructor(code: InvalidTokenCode, options: AuthErrorOptions = {}) {
    const error = 'invalid_token';
    const description = INVALID_TOKEN[code];
    const challenge = bearerChallenge({ error, description });
    super({ status: 401, error, code, description, challenge }, options);
  }
}

/** The token is valid but lacks a required scope (RFC 6750 §3.1): 403, and the challenge names the scopes. */
export class InsufficientScopeError extends AuthError {
  constructor(
    scopes: readonly string[],
    description = 'The access token lacks a required scope.',
    options: AuthErrorOptions = {},
  ) {
    const error = 'insufficient_scope';
    const challenge = bearerChallenge({ error, description, scopes });
    super({ status: 403, error, code: error, description, challenge }, options);
  }
}

/** A claim does not meet `@Claim()`: 401 `invalid_token`, or 403 by the option `claimFailure`. */
export class ClaimRequirementError extends AuthError {
  constructor(
    error: 'invalid_token' | 'insufficient_scope',
    description = 'A claim of the access token does not meet the requirement.',
    options: AuthErrorOptions = {},
  ) {
    const status = error === 'invalid_token' ? 401 : 403;
    const challenge = bearerChallenge({ error, description });
    super({ status, error, code: 'claim_requirement', description, challenge }, options);
  }
}

const UNAVAILABLE = {
  keys_unavailable: 'The signing keys of the issuer are unavailable. Try again later.',
  revocation_unavailable: 'The revocation of tokens cannot be checked. Try again later.',
} as const;

/** The token can be neither accepted nor refused now: 503 with `Retry-After`, and no challenge, for another token would not help. */
export class TemporarilyUnavailableError extends AuthError {
  constructor(
    code: keyof typeof UNAVAILABLE,
    retryAfterSec: number,
    options: AuthErrorOptions = {},
  ) {
    const error = 'temporarily_unavailable';
    super({ status: 503, error, code, description: UNAVAILABLE[code], retryAfterSec }, options);
  }
}

/** Every `code` of a refusal's body, by the `error` that it comes with. */
export const AUTH_ERROR_CODES = {
  invalid_request: ['credentials_repeated'],
  invalid_token: [...(Object.keys(INVALID_TOKEN) as InvalidTokenCode[]), 'claim_requirement'],
  insufficient_scope: ['insufficient_scope', 'claim_requirement'],
  temporarily_unavailable: Object.keys(UNAVAILABLE) as (keyof typeof UNAVAILABLE)[],
} as const satisfies Record<AuthErrorName, readonly string[]>;
