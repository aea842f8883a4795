import { AccessTokenStrategy } from '../access-token.strategy.js';
import { AccessTokenVerifier, type VerifyOptions } from '../access-token.verifier.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { Clock } from '../clock.js';
import { TrustedIssuers } from '../keys/trusted-issuers.js';
import { createRequestAuth, type RequestAuth } from '../request-auth.js';
import { overrideOptions, type TestingModuleBuilder } from './override-options.js';

const LIFETIME_SEC = 3600;

/** Value of `request.auth.token`. It is not a JWS, so that nothing accepts it. */
const TOKEN = 'fake-access-token';

const ISSUER = {
  issuer: 'https://issuer.example.com/',
  audience: 'https://api.example.com',
  // With a secret no keys are fetched. Nobody signs with it.
  secret: 'the fake access token has no signature',
};

/**
 * Replaces the access token in tests of an application: every request counts as sent with an
 * accepted token that has these claims.
 *
 * @param claims added to the defaults of {@link FakeAccessToken.as}, or put in their place.
 *
 * @example
 * const caller = fakeAccessToken({ sub: 'ann', scope: 'read:messages' });
 * await caller.useFor(Test.createTestingModule({ imports: [AppModule] })).compile();
 */
export function fakeAccessToken(claims: Record<string, unknown> = {}): FakeAccessToken {
  return new FakeAccessToken(claims);
}

/**
 * Stands in for the token of every request to an application. What the routes require of scopes and
 * claims is judged. The token is not: neither its issuer nor `isRevoked` is asked, and headers are
 * not read. Use `createTestIssuer()` to test that.
 */
export class FakeAccessToken {
  private claims?: Record<string, unknown>;

  constructor(claims: Record<string, unknown>) {
    this.as(claims);
  }

  /**
   * Replaces all claims for the requests that follow.
   *
   * @param claims added to `iss`, `aud`, `iat`, an `exp` in an hour and the subject `auth0|test`,
   * or put in their place. Without claims the requests that follow are anonymous.
   */
  as(claims: Record<string, unknown> | undefined): this {
    this.claims = claims;
    return this;
  }

  /**
   * Lets the requests to an application count as sent with this token.
   *
   * @param builder what `Test.createTestingModule({ imports: [AppModule] })` returns.
   * @returns the builder.
   */
  useFor<Builder extends TestingModuleBuilder>(builder: Builder): Builder {
    overrideOptions(builder, () => ISSUER);
    builder.overrideProvider(AccessTokenVerifier).useFactory({
      inject: [AccessTokenStrategy, TrustedIssuers, ResolvedAuthOptions, Clock],
      factory: (
        strategy: AccessTokenStrategy,
        issuers: TrustedIssuers,
        options: ResolvedAuthOptions,
        clock: Clock,
      ) => {
        const verifier = new AccessTokenVerifier(strategy, issuers, options, clock);
        const verify = verifier.verify.bind(verifier);
        return Object.assign(verifier, {
          tokenOf: () => this.claims && TOKEN,
          verify: async (token: string, how: VerifyOptions = {}) =>
            this.auth(options, clock, how) ?? verify(token, how),
        });
      },
    });
    return builder;
  }

  private auth(
    options: ResolvedAuthOptions,
    clock: Clock,
    { audience }: VerifyOptions,
  ): RequestAuth | undefined {
    if (!this.claims) return undefined;
    const iat = Math.floor(clock.now() / 1000);
    const iss = ISSUER.issuer;
    const aud = audience ?? ISSUER.audience;
    const claims = { iss, sub: 'auth0|test', aud, iat, exp: iat + LIFETIME_SEC, ...this.claims };
    // Like those of a token: plain JSON, and not the caller's own objects.
    const payload = JSON.parse(JSON.stringify(claims)) as Record<string, unknown>;
    return createRequestAuth(TOKEN, { header: { alg: 'none', typ: 'at+jwt' }, payload }, options);
  }
}
