import type { INestApplication } from '@nestjs/common';
import { accessMap } from '../access-map/access-map.js';
import type { RouteAccess } from '../access-map/route-access.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import type { AuthErrorCode } from '../refusals/auth.errors.js';
import { claimCases, loginCases, scopeCases } from './denied-claims.js';
import { findTestIssuer, type TestIssuer } from './test-issuer.js';
import { senderOf } from './token-sender.js';

/** A request that an application must refuse. */
export interface DenialCase {
  /** `GET /api/messages/:id with an expired token: 401`. */
  readonly title: string;
  readonly method: string;
  /** Each parameter is `1`. */
  readonly path: string;
  /** With the token, where there is one. With a new proof each time where DPoP is required. */
  readonly headers: Readonly<Record<string, string>>;
  /** The status that is expected: 401 or 403. */
  readonly status: number;
  /** The `code` of the body that is expected. Undefined without a token. */
  readonly code?: AuthErrorCode;
  /** The title, for `%s` of `it.each`. */
  toString(): string;
}

const ANOTHER_AUDIENCE = 'https://another-audience.test';

/** A kind of token that is refused, or no token. */
interface Denial {
  readonly what: string;
  readonly token?: string;
  readonly status: number;
  readonly code?: AuthErrorCode;
}

/**
 * The requests that an application must refuse: for every route, without a token, with a token that
 * has expired, is for another audience, or is forged, without each required scope, without each
 * required claim, and without a required login. Public routes have none, and routes with
 * `@OptionalAuth()` only bad tokens.
 *
 * Left out are requirements by `check()`, whose function may accept anything, and routes that the
 * guards of this module do not cover.
 *
 * @param app initialised, and made with {@link TestIssuer.useFor}.
 *
 * @example
 * it.each(denialCases(app))('%s', async ({ method, path: url, headers, status }) => {
 *   expect((await app.inject({ method, url, headers })).statusCode).toBe(status);
 * });
 */
export function denialCases(app: INestApplication): DenialCase[] {
  const options = app.get(ResolvedAuthOptions);
  const { issuer, audience } = testIssuerOf(options);
  const sender = senderOf(app, options);
  const denials = ({ access, audience: ofRoute, ...requirements }: RouteAccess): Denial[] => {
    const mint = (claims: object, aud = ofRoute ?? audience) =>
      issuer.mint({ cnf: sender.cnf, ...claims, iss: issuer.url, aud });
    const badTokens = badTokensOf(mint, ofRoute === undefined ? ANOTHER_AUDIENCE : audience);
    if (access === 'optional') return badTokens;
    if (access !== 'token') return [];
    return [
      { what: 'without a token', status: 401 },
      ...badTokens,
      ...scopeCases(requirements, options).map(({ what, claims }) => ({
        what,
        token: mint(claims),
        status: 403,
        code: 'insufficient_scope' as const,
      })),
      ...claimCases(requirements, options).map(({ what, claims }) => ({
        what,
        token: mint(claims),
        status: options.claimFailure === 'insufficient_scope' ? 403 : 401,
        code: 'claim_requirement' as const,
      })),
      ...loginCases(requirements, options).map(({ what, claims }) => ({
        what,
        token: mint(claims),
        status: 401,
        code: 'authentication_insufficient' as const,
      })),
    ];
  };
  return accessMap(app).flatMap((route) =>
    denials(route).map(({ what, token, status, code }): DenialCase => ({
      title: `${route.method} ${route.path} ${what}: ${status}`,
      method: route.method === 'ALL' ? 'GET' : route.method,
      path: withParameters(route.path),
      get headers() {
        const { method, path } = this;
        return token === undefined ? {} : sender.headersFor({ method, path, token });
      },
      status,
      code,
      toString() {
        return this.title;
      },
    })),
  );
}

function testIssuerOf({ issuers }: ResolvedAuthOptions): {
  issuer: TestIssuer;
  audience: string;
} {
  for (const { issuer: url, audience } of issuers) {
    const issuer = findTestIssuer(url);
    if (issuer) return { issuer, audience: audience[0]! };
  }
  throw new Error(
    'denialCases(): the application trusts no test issuer that is open. Make it with ' +
      'issuer.useFor(Test.createTestingModule({ imports: [AppModule] })).',
  );
}

/** @param otherAudience one that the route does not accept. */
function badTokensOf(
  mint: (claims: object, aud?: string) => string,
  otherAudience: string,
): Denial[] {
  const other = mint({}, otherAudience);
  const [header, payload] = mint({}).split('.');
  const [, , signature] = other.split('.');
  const forged = [header, payload, signature].join('.');
  return [
    { what: 'with an expired token', token: mint({ exp: 1 }), code: 'token_expired' as const },
    { what: 'with a token for another audience', token: other, code: 'audience_mismatch' as const },
    { what: 'with a forged token', token: forged, code: 'signature_invalid' as const },
  ].map((denial) => ({ ...denial, status: 401 }));
}

/** Guards run before pipes, so any value does that the path matches. */
function withParameters(path: string): string {
  return path
    .replaceAll(/:\w+(?:\([^)]*\))?/g, '1')
    .replaceAll(/\*\w*/g, '1')
    .replaceAll(/[{}?]/g, '');
}
