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
  it.each<[string, AuthError, Partial<AuthError>]>([
    ['MissingTokenError', new MissingTokenError(), { status: 401, challenge: 'Bearer' }],
    [
      'InvalidRequestError',
      new InvalidRequestError(),
      {
        status: 400,
        error: 'invalid_request',
        code: 'credentials_repeated',
        challenge:
          'Bearer error="invalid_request", error_description="The request carries credentials more than once."',
      },
    ],
    [
      'InvalidTokenError',
      new InvalidTokenError('token_revoked'),
      {
        status: 401,
        error: 'invalid_token',
        code: 'token_revoked',
        challenge:
          'Bearer error="invalid_token", error_description="The access token has been revoked."',
      },
    ],
    [
      'InsufficientScopeError',
      new InsufficientScopeError(['read:a', 'read:b']),
      {
        status: 403,
        error: 'insufficient_scope',
        code: 'insufficient_scope',
        challenge:
          'Bearer error="insufficient_scope", error_description="The access token lacks a required scope.", scope="read:a read:b"',
      },
    ],
    [
      'ClaimRequirementError',
      new ClaimRequirementError('insufficient_scope'),
      {
        status: 403,
        error: 'insufficient_scope',
        code: 'claim_requirement',
        challenge:
          'Bearer error="insufficient_scope", error_description="A claim of the access token does not meet the requirement."',
      },
    ],
    [
      'TemporarilyUnavailableError',
      new TemporarilyUnavailableError('keys_unavailable', 3),
      {
        status: 503,
        error: 'temporarily_unavailable',
        code: 'keys_unavailable',
        retryAfterSec: 3,
        challenge: undefined,
      },
    ],
  ])('%s needs no options, and is whole', (_name, error, expected) => {
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ ...expected, detail: {} });
    expect(error.getStatus()).toBe(expected.status);
  });

  // The last wall before a header: what an application writes there was checked by nobody.
  it.each([
    ['a scope with a quote', () => new InsufficientScopeError(['a"b'])],
    ['a scope with a space', () => new InsufficientScopeError(['a b'])],
    ['an empty scope', () => new InsufficientScopeError([''])],
    ['a scope with a line feed', () => new InsufficientScopeError(['a\nb'])],
    ['a description in Japanese', () => new InsufficientScopeError(['a'], '読めません')],
    ['a description with a backslash', () => new InsufficientScopeError(['a'], String.raw`a\b`)],
    ['an empty description', () => new ClaimRequirementError('invalid_token', '')],
    ['a description with CRLF', () => new ClaimRequirementError('invalid_token', 'a\r\nX: y')],
  ])('is not made with %s, which no challenge can carry', (_title, make) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow('printable ASCII without quotes and backslashes (RFC 6750 §3)');
  });
});
