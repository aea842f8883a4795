import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import passport from 'passport';
import { claimOf } from './token/claims.js';
import { type RequestAuth, VerifiedAuth } from './request-auth.js';
import { type Algorithm, ResolvedAuthOptions } from './auth.options.js';
import { hasExpired, validateClaims, validateTime } from './token/claim-rules.js';
import { Clock } from './clock.js';
import {
  type CompactJws,
  isAccessTokenType,
  type KnownHeader,
  readCompactJws,
} from './token/compact-jws.js';
import { InvalidTokenError } from './refusals/auth.errors.js';
import type { SigningKey } from './keys/key-set.js';
import { type TrustedIssuer, TrustedIssuers } from './keys/trusted-issuers.js';
import { verifySignature } from './signature.js';
import { TokenCache } from './token/token-cache.js';

/** What Passport is given for a request: the token that the guard has found in it. */
export interface BearerRequest {
  readonly token: string;
}

type PassportRequest = Parameters<passport.Strategy['authenticate']>[0];

/** A token whose key is known and whose signature is not verified yet. */
interface Candidate {
  readonly jws: CompactJws;
  readonly issuer: TrustedIssuer;
  readonly algorithm: Algorithm;
  readonly key: SigningKey;
}

/**
 * Verifies an access token (RFC 7519 §7.2), what costs nothing first: its form, whether it has expired, its issuer and
 * algorithm; then the key, the signature, and the other claims.
 */
@Injectable()
export class AccessTokenStrategy
  extends PassportStrategy(passport.Strategy)
  implements OnApplicationShutdown
{
  declare readonly name: string;
  private readonly cache?: TokenCache;
  /** An object, for Passport runs the strategy on a copy: what is assigned there is lost. */
  private readonly memo: { known?: KnownHeader } = {};

  constructor(
    private readonly issuers: TrustedIssuers,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {
    super();
    if (options.tokenCache) this.cache = new TokenCache(options.tokenCache, clock);
  }

  /**
   * Called by Passport, on an object made for this request. Every refusal is an error: it says why. What is handed on is a
   * promise where a key has to be fetched first, and only then, so that nobody else waits.
   */
  override authenticate(
    this: this & passport.StrategyCreatedStatic,
    { token }: PassportRequest & BearerRequest,
  ): void {
    let verified: RequestAuth | Promise<RequestAuth>;
    try {
      verified = this.verify(token);
    } catch (error) {
      this.error(error);
      return;
    }
    this.success(verified);
  }

  /** Accepts a token once its key is known. */
  validate({ jws, issuer, algorithm, key }: Candidate): RequestAuth {
    const { token, payload, signature } = jws;
    const signingInput = token.slice(0, token.lastIndexOf('.'));
    if (!verifySignature(algorithm, key.key, signingInput, signature)) {
      throw new InvalidTokenError('signature_invalid', {
        detail: { kid: key.kid, claimedSub: claimOf(payload, 'sub') },
      });
    }
    validateClaims(jws, { issuer: issuer.keys.issuer, audience: issuer.audience }, this.options);
    validateTime(payload, this.options, this.clock.now() / 1000);
    const auth = new VerifiedAuth(jws, this.options.grantClaims);
    this.cache?.add({ auth, issuer, key });
    this.remember(auth);
    return auth;
  }

  /**
   * A token that was accepted on an earlier request. Its key must still be trusted, its issuer spelled the same, and its time
   * not over; undefined when it has to be verified again.
   *
   * @throws InvalidTokenError when it is no longer valid.
   */
  recall(token: string): RequestAuth | undefined {
    const verified = this.cache?.get(token);
    if (!verified) return undefined;
    const { issuer, key, auth } = verified;
    const now = this.clock.now() / 1000;
    const isOver =
      !issuer.keys.vouchesFor(key) ||
      auth.payload.iss !== issuer.keys.issuer ||
      hasExpired(auth.payload, this.options, now);
    if (isOver) {
      this.cache?.delete(token);
      return undefined;
    }
    validateTime(auth.payload, this.options, now);
    return auth;
  }

  private verify(token: string): RequestAuth | Promise<RequestAuth> {
    const jws = readCompactJws(token, this.memo.known);
    const { header, payload } = jws;
    if (this.options.profile === 'rfc9068' && !isAccessTokenType(header)) {
      throw new InvalidTokenError('type_not_allowed', {
        detail: { expected: 'at+jwt', actual: header.typ },
      });
    }
    const now = this.clock.now() / 1000;
    if (hasExpired(payload, this.options, now)) {
      throw new InvalidTokenError('token_expired', {
        detail: { exp: claimOf(payload, 'exp'), now, claimedSub: claimOf(payload, 'sub') },
      });
    }
    const { alg, kid } = header;
    const issuer = this.issuers.of(claimOf(payload, 'iss'));
    const algorithm = issuer.algorithms.find((allowed) => allowed === alg);
    if (algorithm === undefined) {
      throw new InvalidTokenError('algorithm_not_allowed', {
        detail: { expected: issuer.algorithms, actual: alg },
      });
    }
    const key = issuer.keys.find({ alg, kid, iat: claimOf(payload, 'iat') });
    return key instanceof Promise
      ? key.then((found) => this.validate({ jws, issuer, algorithm, key: found }))
      : this.validate({ jws, issuer, algorithm, key });
  }

  /** Of tokens that were accepted only, so that nobody else decides what is kept. */
  private remember({ token, header }: RequestAuth): void {
    if (header === this.memo.known?.header) return;
    this.memo.known = { segment: token.slice(0, token.indexOf('.')), header };
  }

  /** Passport's registry is one per process, by name: modules of two applications must not overwrite each other. */
  protected getPassportInstance(): typeof passport {
    Object.assign(this, { name: `access-token-${randomUUID()}` });
    return passport;
  }

  /** After the server has closed: requests under way still need it. */
  onApplicationShutdown(): void {
    passport.unuse(this.name);
  }
}
