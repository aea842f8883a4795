/** Checked by `npm run typecheck`, never run: what compiles in an application and what must not. */
import type { HttpException } from '@nestjs/common';
import type { Request } from 'express';
import type { FastifyRequest } from 'fastify';
import {
  type AccessTokenClaims,
  type AuthenticatedClient,
  type AuthError,
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

// An application that used Passport before has a user type of its own.
declare global {
  // oxlint-disable-next-line typescript/no-namespace -- the way to augment Express
  namespace Express {
    interface User {
      id: string;
    }
  }
}

type Department = 'sales' | 'support' | undefined;

export function departmentOf(auth: RequestAuth): Department {
  return auth.payload['https://example.com/department'];
}

export function ofExpress({ auth, user }: Request): [Department, string[], string?, string?] {
  // @ts-expect-error: a route with @OptionalAuth() has no auth without a token
  const { payload } = auth;
  return [payload['https://example.com/department'], [...auth!.scopes], user?.sub, user?.id];
}

export function ofFastify({ auth, user }: FastifyRequest): [Department, string[], string?] {
  // @ts-expect-error: a claim that is not declared is unknown; User is only for Express
  const id: string | undefined = user?.id;
  return [user?.['https://example.com/department'], [...(auth?.scopes ?? [])], user?.sub ?? id];
}

export async function ofClient(client: AuthenticatedClient): Promise<string | undefined> {
  client.auth = Promise.resolve(undefined);
  // @ts-expect-error: it may be a promise
  if (client.auth.payload) return undefined;
  return (await client.auth)?.payload.sub;
}

export const toHttpException = (error: AuthError): HttpException => error;

export const claims: AccessTokenClaims = {
  iss: 'https://issuer.test/',
  aud: 'api',
  exp: 1,
  // @ts-expect-error: a department that does not exist
  'https://example.com/department': 'kitchen',
};

export const decorators = [
  Claim(check((own) => own['https://example.com/department'] === 'sales')),
  // @ts-expect-error: the comparison is always false
  Claim(check((own) => own['https://example.com/department'] === 'kitchen')),
  // @ts-expect-error: an array is not a primitive value
  Claim('roles', ['admin']),
  // @ts-expect-error: check() gets all claims, so it takes no claim name
  Claim('roles', check(Boolean)),
  Claim('roles', includes('admin'), { message: 'Administrators only' }),
  Scopes('a', 'b', { match: 'any' }),
  // @ts-expect-error: match is 'all' or 'any'
  Scopes('a', { match: 'none' }),
];

// @ts-expect-error: the audience is required
export const options: AuthOptions = { issuer: 'https://issuer.test/' };
