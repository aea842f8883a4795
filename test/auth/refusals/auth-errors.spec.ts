import { HttpException } from '@nestjs/common';
import {
  AuthError,
  ClaimRequirementError,
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  MissingTokenError,
  TemporarilyUnavailableError,
} from '../../../src/auth/index.js';

describe('an error that an application throws itself', () => {
  it.each<[string, AuthError, number, Partial<AuthError>]>([
    ['MissingTokenError', new MissingTokenError(), 401, { challenge: 'Bearer' }],
    [
      'InvalidRequestError',
      new InvalidRequestError(),
      400,
      {
        error: 'invalid_request',
        code: 'credentials_repeated',
        challenge:
          'Bearer error="invalid_request", ' +
          'error_description="The request carries credentials more than once."',
      },
    ],
    [
      'InvalidTokenError',
      new InvalidTokenError('token_revoked'),
      401,
      {
        error: 'invalid_token',
        code: 'token_revoked',
        challenge:
          'Bearer error="invalid_token", ' +
          'error_description="The access token has been revoked."',
      },
    ],
    [
      'InsufficientScopeError',
      new InsufficientScopeError(['read:a', 'read:b']),
      403,
      {
        error: 'insufficient_scope',
        code: 'insufficient_scope',
        challenge:
          'Bearer error="insufficient_scope", ' +
          'error_description="The access token lacks a required scope.", scope="read:a read:b"',
      },
    ],
    [
      'ClaimRequirementError',
      new ClaimRequirementError('insufficient_scope'),
      403,
      {
        error: 'insufficient_scope',
        code: 'claim_requirement',
        challenge:
          'Bearer error="insufficient_scope", ' +
          'error_description="A claim of the access token does not meet the requirement."',
      },
    ],
    [
      'TemporarilyUnavailableError',
      new TemporarilyUnavailableError('keys_unavailable', 3),
      503,
      {
        error: 'temporarily_unavailable',
        code: 'keys_unavailable',
        retryAfterSec: 3,
        challenge: undefined,
      },
    ],
  ])('%s needs no options', (_name, error, status, expected) => {
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toBeInstanceOf(HttpException);
    expect(error).toMatchObject({ ...expected, detail: {} });
    expect(error.getStatus()).toBe(status);
  });

  // Nothing else checks what an application writes into its own errors.
  it.each([
    ['a scope with a quote', () => new InsufficientScopeError(['a"b'])],
    ['a scope with a space', () => new InsufficientScopeError(['a b'])],
    ['an empty scope', () => new InsufficientScopeError([''])],
    ['a scope with a line feed', () => new InsufficientScopeError(['a\nb'])],
    ['a description in Japanese', () => new InsufficientScopeError(['a'], '読めません')],
    ['a description with a backslash', () => new InsufficientScopeError(['a'], String.raw`a\b`)],
    ['an empty description', () => new ClaimRequirementError('invalid_token', '')],
    ['a description with CRLF', () => new ClaimRequirementError('invalid_token', 'a\r\nX: y')],
  ])('cannot be created with %s, which a challenge cannot contain', (_title, make) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow('printable ASCII without double quotes and backslashes (RFC 6750 §3)');
  });
});
