import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import { ResolvedAuthOptions, type ResolvedIssuer } from './auth.options.js';
import { Clock } from './clock.js';
import { withoutSlash } from './keys/issuer-url.js';
import type { SigningKey } from './keys/key-set.js';
import { type TrustedIssuer, TrustedIssuers } from './keys/trusted-issuers.js';
import { AuthError, InvalidTokenError } from './refusals/auth.errors.js';
import { createRequestAuth, type RequestAuth } from './request-auth.js';
import { hasExpired, requireAudience, validateClaims, validateTime } from './token/claim-rules.js';
import { claimOf } from './token/claim-path.js';
import { type CompactJws, isAccessTokenType, readCompactJws } from './token/compact-jws.js';

/** What passport-jwt gets as its request: a token, and what each step finds out about it. */
export interface TokenRequest {
  readonly token: string;
  /** Judged against this audience instead of those of the token's issuer. */
  readonly audience?: string;
  jws?: CompactJws;
  issuer?: TrustedIssuer;
  key?: SigningKey;
}

type Middleware = (request: object, response: object, next: (error: unknown) => void) => void;

type VerifiedRequest = TokenRequest & Required<Pick<TokenRequest, 'jws' | 'issuer' | 'key'>>;

/** Reads the token, and checks its form before any key is looked up. */
function readToken(request: TokenRequest): string {
  request.jws = readCompactJws(request.token);
  return request.token;
}

/**
 * Verifies access tokens (RFC 7519 §7.2): passport-jwt reads the token ({@link readToken}), asks
 * for its key ({@link findKey}), verifies signature, issuer and audience, and calls {@link
 * validate}.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy) {
  /** Its own Passport: the shared one has one strategy per name for all applications. */
  declare private readonly passport: passport.Authenticator;
  /** passport-jwt has the same array, and reads it for each token. */
  private readonly audiences: string[];

  constructor(
    private readonly issuers: TrustedIssuers,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {
    const audiences = options.issuers.flatMap(({ audience }) => audience);
    super({
      jwtFromRequest: readToken,
      secretOrKeyProvider: (request: TokenRequest, _token, done) => {
        this.findKey(request)
          // jsonwebtoken takes a KeyObject, which the types of passport-jwt do not know.
          .then((key) => done(null, key as never))
          .catch(done);
      },
      // Of all issuers together. `validate()` compares with those of the token's own issuer.
      issuer: options.issuers.flatMap(spellingsOf),
      audience: audiences,
      algorithms: options.issuers.flatMap(({ algorithms }) => algorithms),
      passReqToCallback: true,
      // `validate()` judges the time: it requires `exp` and uses the module's clock.
      ignoreExpiration: true,
      jsonWebTokenOptions: { ignoreNotBefore: true },
    });
    this.audiences = audiences;
  }

  /** Lets passport-jwt accept tokens for an audience that only some routes have. */
  addAudience(audience: string): void {
    if (!this.audiences.includes(audience)) this.audiences.push(audience);
  }

  /**
   * Verifies a token from its form to its claims.
   *
   * A refusal arrives here in one of four ways:
   * - {@link readToken} throws, so this promise rejects;
   * - {@link findKey} rejects, and passport-jwt fails;
   * - jsonwebtoken refuses the token, and passport-jwt fails;
   * - {@link validate} throws, and Passport reports an error.
   */
  verify(request: TokenRequest): Promise<RequestAuth> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, auth?: RequestAuth | false, failure?: unknown) => {
        if (auth) resolve(auth);
        else reject(error ?? this.refusalOf(failure, request));
      };
      // By name, because Passport then makes a copy of the strategy for each request.
      const { passport: own, name } = this;
      const middleware = own.authenticate(name, { session: false }, done) as Middleware;
      middleware(request, {}, done);
    });
  }

  /** The claims of a token whose signature is good. Called by passport-jwt. */
  validate({ token, audience, jws, issuer }: VerifiedRequest): RequestAuth {
    validateClaims(jws, issuer.keys.issuer, this.options);
    requireAudience(jws.payload, audience === undefined ? issuer.audience : [audience]);
    validateTime(jws.payload, this.options, this.clock.now() / 1000);
    // A copy: V8 would keep the whole `Authorization` header for a part of it.
    return createRequestAuth(Buffer.from(token).toString(), jws, this.options);
  }

  /** Why passport-jwt refused a token, as an error with a code. */
  private refusalOf(failure: unknown, request: TokenRequest): Error {
    if (failure instanceof AuthError) return failure;
    // An internal error while the key was looked for is not a refusal: it is passed on.
    if (failure instanceof Error && !request.key) return failure;
    if (/^jwt (audience|issuer) invalid/.test((failure as Error | undefined)?.message ?? '')) {
      // The signature is good, so our own rules can say which claim is wrong.
      try {
        this.validate(request as VerifiedRequest);
      } catch (error) {
        return error as Error;
      }
    }
    const { jws, key } = request;
    const claimedSub = jws && claimOf(jws.payload, 'sub');
    return new InvalidTokenError('signature_invalid', {
      cause: failure,
      detail: { kid: key?.kid, claimedSub },
    });
  }

  /** Finds the key that the token must be signed with. Cheap checks come first. */
  private async findKey(request: TokenRequest): Promise<KeyObject> {
    const jws = request.jws!;
    const { header, payload } = jws;
    if (this.options.profile === 'rfc9068' && !isAccessTokenType(header)) {
      throw new InvalidTokenError('type_not_allowed', {
        detail: { expected: 'at+jwt', actual: header.typ },
      });
    }
    if (hasExpired(payload, this.options, this.clock.now() / 1000)) {
      throw new InvalidTokenError('token_expired', { detail: { exp: payload.exp } });
    }
    const { issuer, key } = await this.issuers.keyOf(jws);
    Object.assign(request, { issuer, key });
    return key.key;
  }

  /** Called by the constructor of the base class, before the fields of this class exist. */
  protected getPassportInstance(): passport.Authenticator {
    Object.assign(this, { passport: new passport.Passport() });
    return this.passport;
  }
}

/** With discovery, the document may add or drop the final slash; `validate()` compares exactly. */
function spellingsOf({ issuer, jwksUri }: ResolvedIssuer): string[] {
  const bare = withoutSlash(issuer);
  return jwksUri === undefined ? [bare, `${bare}/`] : [issuer];
}
