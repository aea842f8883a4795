/**
 * Checked by `npm run typecheck`, never run: an application's own claims are typed wherever the module
 * hands out claims, and mistakes in decorators do not compile.
 */
import {
  type AccessTokenClaims,
  type AuthOptions,
  check,
  Claim,
  includes,
  type RequestAuth,
  Scopes,
} from '../../src/auth/index.js';

declare module '../../src/auth/index.js' {
  interface AccessTokenClaims {
    'https://example.com/department'?: 'sales' | 'support';
  }
}

export function departmentOf(auth: RequestAuth): 'sales' | 'support' | undefined {
  return auth.payload['https://example.com/department'];
}

export const claims: AccessTokenClaims = {
  iss: 'https://issuer.test/',
  aud: 'api',
  exp: 1,
  // @ts-expect-error: a department that does not exist
  'https://example.com/department': 'kitchen',
};

export const decorators = [
  Claim(check((own) => own['https://example.com/department'] === 'sales')),
  // @ts-expect-error: the comparison can never be true
  Claim(check((own) => own['https://example.com/department'] === 'kitchen')),
  // @ts-expect-error: a list is no primitive value
  Claim('roles', ['admin']),
  // @ts-expect-error: check() takes no claim name
  Claim('roles', check(Boolean)),
  Claim('roles', includes('admin'), { message: 'Administrators only' }),
  Scopes('a', 'b', { match: 'any' }),
  // @ts-expect-error: not a way to match
  Scopes('a', { match: 'none' }),
];

// @ts-expect-error: leaving out the audience is no option
export const options: AuthOptions = { issuer: 'https://issuer.test/' };
