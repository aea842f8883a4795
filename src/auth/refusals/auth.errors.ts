import { HttpException } from '@nestjs/common';
import { challenge, checkParameters, type ChallengeParameters } from './challenge.js';

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
  id_token_used: 'The token is not an access token, but an ID, refresh or logout token.',
  token_bound: 'The access token is bound to a key or a certificate, so it is not a bearer token.',
  certificate_mismatch:
    'The access token is bound to a client certificate that the request does not have.',
  token_revoked: 'The access token has been revoked.',
} as const;

const UNAVAILABLE = {
  keys_unavailable: 'The signing keys of the issuer are unavailable. Try again later.',
  revocation_unavailable: 'The revocation of tokens cannot be checked. Try again later.',
  replay_memory_unavailable: 'Replays of DPoP proofs cannot be ruled out now. Try again later.',
} as const;

/** Every `code`, by the `error` that it comes with. */
export const AUTH_ERROR_CODES = {
  invalid_request: ['credentials_repeated'],
  invalid_token: [...(Object.keys(INVALID_TOKEN) as InvalidTokenCode[]), 'claim_requirement'],
  invalid_dpop_proof: ['dpop_proof_invalid'],
  use_dpop_nonce: ['dpop_nonce_required'],
  insufficient_scope: ['insufficient_scope', 'claim_requirement'],
  insufficient_user_authentication: ['authentication_insufficient'],
  temporarily_unavailable: Object.keys(UNAVAILABLE) as (keyof typeof UNAVAILABLE)[],
} as const;

/** Why a token was refused. */
export type InvalidTokenCode = keyof typeof INVALID_TOKEN;

/** The `code` of a refusal. Codes are stable; the README lists them. */
export type AuthErrorCode = (typeof AUTH_ERROR_CODES)[AuthErrorName][number];

/** The `error` of a refusal (RFC 6750 §3.1, RFC 9449 §7.1, §9, RFC 9470 §3, RFC 6749 §4.1.2.1). */
export type AuthErrorName = keyof typeof AUTH_ERROR_CODES;

/** What only the log shows of a refusal: its cause, what was expected and what came. */
export interface AuthErrorOptions {
  cause?: unknown;
  detail?: Record<string, unknown>;
}

interface Refusal extends ChallengeParameters {
  error: AuthErrorName;
  description: string;
  code: AuthErrorCode;
  retryAfterSec?: number;
}

/**
 * A request that the guards refuse. Nest writes its body, so no filter is needed. An application
 * that wants another body catches it with `@Catch(AuthError)`: the guards have set the headers
 * already.
 */
export abstract class AuthError extends HttpException {
  /** `error` of the body and the challenge. Undefined for a {@link MissingTokenError}. */
  readonly error?: AuthErrorName;
  /** Stable name of the reason. Undefined for a {@link MissingTokenError}. */
  readonly code?: AuthErrorCode;
  /** What the challenge says. Undefined for a 503, which has no challenge. */
  readonly parameters?: ChallengeParameters;
  /** Value of `Retry-After`, in seconds. */
  readonly retryAfterSec?: number;
  /** What was expected and what came. For the log only: never send it to a client. */
  readonly detail: Readonly<Record<string, unknown>>;

  protected constructor(status: number, refusal?: Refusal, options: AuthErrorOptions = {}) {
    const { code, retryAfterSec, ...parameters }: Partial<Refusal> = refusal ?? {};
    const { error, description: message = 'Unauthorized' } = parameters;
    const oauth = refusal && { error, error_description: message, code };
    super({ statusCode: status, message, ...oauth }, status, { cause: options.cause });
    this.error = error;
    this.code = code;
    if (error !== 'temporarily_unavailable') this.parameters = checkParameters(parameters);
    this.retryAfterSec = retryAfterSec;
    this.detail = options.detail ?? {};
  }

  /**
   * The challenge of this error alone. The header that the guards send also has the parameters of
   * the route, and the scheme of the request.
   */
  get challenge(): string | undefined {
    const isOfProof = this.error === 'invalid_dpop_proof' || this.error === 'use_dpop_nonce';
    return this.parameters && challenge(isOfProof ? 'DPoP' : 'Bearer', this.parameters);
  }
}

/**
 * The request has no usable credentials: none at all, or a scheme without exactly one token (RFC
 * 6750 §3.1). 401, with a challenge for each scheme.
 */
export class MissingTokenError extends AuthError {
  constructor(options?: AuthErrorOptions) {
    super(401, undefined, options);
  }
}

/** The request carries credentials more than once (RFC 6750 §2, §3.1): 400 `invalid_request`. */
export class InvalidRequestError extends AuthError {
  constructor(options?: AuthErrorOptions) {
    const description = 'The request carries credentials more than once.';
    super(400, { error: 'invalid_request', code: 'credentials_repeated', description }, options);
  }
}

/** The access token cannot be accepted (RFC 6750 §3.1): 401 `invalid_token`; `code` says why. */
export class InvalidTokenError extends AuthError {
  constructor(
    code: InvalidTokenCode,
    options?: AuthErrorOptions,
    description: string = INVALID_TOKEN[code],
  ) {
    super(401, { error: 'invalid_token', code, description }, options);
  }
}

/** The DPoP proof cannot be accepted (RFC 9449 §7.1): 401 `invalid_dpop_proof`. */
export class DpopProofError extends AuthError {
  constructor(description: string, options?: AuthErrorOptions) {
    super(401, { error: 'invalid_dpop_proof', code: 'dpop_proof_invalid', description }, options);
  }
}

/** The DPoP proof lacks a nonce of the server, or has an old one (RFC 9449 §9): 401. */
export class DpopNonceError extends AuthError {
  /** @param nonce value of the header `DPoP-Nonce`: the one to use. */
  constructor(
    readonly nonce: string,
    options?: AuthErrorOptions,
  ) {
    const description = 'The DPoP proof needs the nonce of the header DPoP-Nonce.';
    super(401, { error: 'use_dpop_nonce', code: 'dpop_nonce_required', description }, options);
  }
}

/** The access token lacks a scope or permission (RFC 6750 §3.1): 403 `insufficient_scope`. */
export class InsufficientScopeError extends AuthError {
  constructor(
    scopes: readonly string[],
    description = 'The access token lacks a required scope.',
    options?: AuthErrorOptions,
  ) {
    const error = 'insufficient_scope';
    super(403, { error, code: error, description, scopes }, options);
  }
}

/** A claim does not meet `@Claim()`: 401 `invalid_token`, or 403 with the option `claimFailure`. */
export class ClaimRequirementError extends AuthError {
  constructor(
    error: 'invalid_token' | 'insufficient_scope',
    description = 'A claim of the access token does not meet the requirement.',
    options?: AuthErrorOptions,
  ) {
    const status = error === 'invalid_token' ? 401 : 403;
    super(status, { error, code: 'claim_requirement', description }, options);
  }
}

/** The login does not meet `@StepUp()` (RFC 9470 §3): 401 `insufficient_user_authentication`. */
export class InsufficientAuthenticationError extends AuthError {
  constructor(
    required: { acr?: readonly string[]; maxAgeSec?: number; message?: string },
    options?: AuthErrorOptions,
  ) {
    const { acr, maxAgeSec, message } = required;
    const description = message ?? 'The login is not recent or not strong enough.';
    const error = 'insufficient_user_authentication';
    const code = 'authentication_insufficient';
    super(401, { error, code, description, acr, maxAgeSec }, options);
  }
}

/** The token can be neither accepted nor refused now: 503 with `Retry-After`, no challenge. */
export class TemporarilyUnavailableError extends AuthError {
  constructor(code: keyof typeof UNAVAILABLE, retryAfterSec: number, options?: AuthErrorOptions) {
    const error = 'temporarily_unavailable';
    super(503, { error, code, description: UNAVAILABLE[code], retryAfterSec }, options);
  }
}
