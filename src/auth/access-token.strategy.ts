import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import { claimOf } from './access-token.js';
import { requestAuth, type RequestAuth } from './request-auth.js';
import { ResolvedAuthOptions } from './auth.options.js';
import { validateClaims } from './claim-rules.js';
import { Clock } from './clock.js';
import { readCompactJws } from './compact-jws.js';
import { AuthError, InvalidTokenError } from './errors/auth.errors.js';
import { TrustedIssuers } from './keys/trusted-issuers.js';
import { TokenCache, type VerifiedToken } from './token-cache.js';

/** What Passport is given for a request: the token that the guard has found in it. */
export interface BearerRequest {
  readonly token: string;
}

/** A token on its way, once the key of its signature is known. */
type Candidate = Omit<VerifiedToken, 'auth'>;

/**
 * Verifies an access token, in the order in which passport-jwt asks: the token in the request, the key
 * for it, its signature (jsonwebtoken), and its claims.
 *
 * The two rules of jsonwebtoken about time are off: {@link validateClaims} has all rules about claims.
 */
@Injectable()
export class AccessTokenStrategy
  extends PassportStrategy(Strategy)
  implements OnApplicationShutdown
{
  private readonly candidates: WeakMap<object, Candidate>;
  private readonly cache?: TokenCache;

  constructor(
    issuers: TrustedIssuers,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {
    const candidates = new WeakMap<object, Candidate>();
    super({
      jwtFromRequest: ({ token }: BearerRequest) => token,
      secretOrKeyProvider: (request: object, token: string, done) => {
        chooseKey(issuers, token)
          .then((candidate) => {
            candidates.set(request, candidate);
            // jsonwebtoken takes a KeyObject, the types of passport-jwt do not know yet.
            done(null, candidate.key.key as unknown as Buffer);
          })
          .catch(done);
      },
      algorithms: [...new Set(options.issuers.flatMap(({ algorithms }) => algorithms))],
      ignoreExpiration: true,
      jsonWebTokenOptions: { ignoreNotBefore: true },
      passReqToCallback: true,
    });
    this.candidates = candidates;
    if (options.tokenCache) this.cache = new TokenCache(options.tokenCache, clock);
  }

  /** Called by passport-jwt once the signature is verified. */
  validate(request: object): RequestAuth {
    const candidate = this.candidates.get(request)!;
    this.validateNow(candidate);
    const auth = requestAuth(candidate.jws, this.options.grantClaims);
    this.cache?.add({ ...candidate, auth });
    return auth;
  }

  /**
   * A token whose signature was verified on an earlier request. Its key must still be trusted and its claims are judged
   * anew; undefined when it has to be verified again.
   *
   * @throws InvalidTokenError when it is no longer valid.
   */
  recall(token: string): RequestAuth | undefined {
    const verified = this.cache?.get(token);
    if (!verified) return undefined;
    if (!verified.issuer.keys.vouchesFor(verified.key)) {
      this.cache?.delete(token);
      return undefined;
    }
    this.validateNow(verified);
    return verified.auth;
  }

  private validateNow({ jws, issuer }: Candidate): void {
    const { clockToleranceSec, nonceInAccessToken } = this.options;
    validateClaims(jws, {
      issuer: issuer.keys.issuer,
      audience: issuer.audience,
      now: this.clock.now() / 1000,
      clockToleranceSec,
      nonceInAccessToken,
    });
  }

  /** Names what passport-jwt reports as a failure: after the key was found it can only be the signature. */
  refusal(request: object, reason: unknown): unknown {
    if (reason instanceof AuthError || !this.candidates.has(request)) return reason;
    const sub = claimOf(this.candidates.get(request)!.jws.payload, 'sub');
    return new InvalidTokenError('signature_invalid', {
      cause: reason,
      detail: { claimedSub: sub },
    });
  }

  /** Passport's registry is one per process, by name: modules of two applications must not overwrite each other. */
  protected getPassportInstance(): typeof passport {
    this.name = `access-token-${randomUUID()}`;
    return passport;
  }

  /** After the server has closed: requests under way still need it. */
  onApplicationShutdown(): void {
    passport.unuse(this.name);
  }
}

/** Everything that can be judged before the signature: the form, the issuer, the algorithm; then the key. */
async function chooseKey(issuers: TrustedIssuers, token: string): Promise<Candidate> {
  const jws = readCompactJws(token);
  const { alg, kid } = jws.header;
  const issuer = issuers.of(claimOf(jws.payload, 'iss'));
  if (!(issuer.algorithms as readonly string[]).includes(alg)) {
    throw new InvalidTokenError('algorithm_not_allowed', {
      detail: { expected: issuer.algorithms, actual: alg },
    });
  }
  const key = await issuer.keys.find({ alg, kid, iat: claimOf(jws.payload, 'iat') });
  return { jws, issuer, key };
}
