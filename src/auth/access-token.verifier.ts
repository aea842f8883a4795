import { Injectable } from '@nestjs/common';
import { AccessTokenStrategy, type TokenRequest } from './access-token.strategy.js';
import { type MtlsOptions, ResolvedAuthOptions } from './auth.options.js';
import {
  type ConfirmationMethod,
  type KeyProver,
  type ProvenKeys,
  refuseUnbound,
  requireConfirmed,
} from './bound/confirmation.js';
import { Dpop } from './bound/dpop.js';
import { Clock } from './clock.js';
import type { IssuerStatus } from './keys/issuer-status.js';
import { TrustedIssuers } from './keys/trusted-issuers.js';
import { InvalidTokenError, TemporarilyUnavailableError } from './refusals/auth.errors.js';
import type { RequestAuth } from './request-auth.js';
import { validateTime } from './token/claim-rules.js';
import { cacheKey, createTokenCache, type TokenCache } from './token/token-cache.js';

/** Value of `Retry-After` when `isRevoked` throws, in seconds. */
const REVOCATION_RETRY_SEC = 5;

/** What the verifier has done since the start, for health checks and metrics. */
export interface VerifierStatus {
  readonly issuers: readonly IssuerStatus[];
  /** Undefined when the option `tokenCache` is off. */
  readonly tokenCache?: {
    readonly hits: number;
    readonly misses: number;
    readonly entries: number;
    /** Estimated memory of the entries, in bytes. */
    readonly bytes: number;
  };
}

/** What a token is judged for. */
export interface VerifyOptions {
  /**
   * Audience that the token must be for, such as that of `@Audience()`. Written by the application,
   * never by a client.
   * @default the audiences of the token's issuer in the options of the module
   */
  audience?: string | undefined;
  /**
   * What the request that brings the token has proved to hold. A token that is bound to something
   * else is refused. A function is called with the claims when the token is good, so that only its
   * owner can cause the verification of a proof; what it throws refuses the token.
   * @default nothing: only bearer tokens are accepted
   */
  proven?: ProvenKeys | KeyProver | undefined;
}

/**
 * Judges access tokens: the cache of accepted tokens first, then {@link AccessTokenStrategy}, what
 * they are bound to, and the option `isRevoked`. The only place that accepts a token.
 */
@Injectable()
export class AccessTokenVerifier {
  /** @internal Verifies the DPoP proofs of requests. Undefined when the option `dpop` is off. */
  readonly dpop?: Dpop;
  /** @internal Finds the certificate of a request's client. Undefined without the option `mtls`. */
  readonly mtls?: MtlsOptions;
  private readonly cache?: TokenCache;
  private readonly methods: readonly ConfirmationMethod[];
  private hits = 0;
  private misses = 0;

  /** @internal Created by Nest. */
  constructor(
    private readonly strategy: AccessTokenStrategy,
    private readonly issuers: TrustedIssuers,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {
    if (options.tokenCache) this.cache = createTokenCache(options.tokenCache);
    const hasDpop = options.dpop.mode !== 'off';
    if (hasDpop) this.dpop = new Dpop(options.dpop, options, clock);
    this.mtls = options.mtls;
    this.methods = [
      ...(hasDpop ? (['jkt'] as const) : []),
      ...(this.mtls ? (['x5t#S256'] as const) : []),
    ];
  }

  /**
   * Verifies an access token. Scopes and claims that a route requires are not checked here.
   *
   * @param token the token alone, without the scheme `Bearer`.
   * @param options what it must be for, and what the request has proved.
   * @throws InvalidTokenError when the token is refused; `code` says why.
   * @throws DpopProofError when it is bound to another key.
   * @throws TemporarilyUnavailableError when it can be neither accepted nor refused now.
   */
  verify(token: string, options: VerifyOptions = {}): Promise<RequestAuth> {
    const judged = this.judge(token, options);
    // A gateway keeps the promise until a message arrives. Its rejection must not end the process.
    judged.catch(() => {});
    return judged;
  }

  /** State of keys and cache, and counts since the start. Asks nobody. */
  status(): VerifierStatus {
    const { hits, misses, cache } = this;
    const tokenCache = cache && { hits, misses, entries: cache.size, bytes: cache.calculatedSize };
    return { issuers: this.issuers.status(), tokenCache };
  }

  private async judge(
    token: string,
    { audience, proven = {} }: VerifyOptions,
  ): Promise<RequestAuth> {
    // Handshakes and messages may carry anything.
    if (typeof token !== 'string') throw new InvalidTokenError('token_malformed');
    if (audience !== undefined) this.strategy.addAudience(audience);
    const auth = this.recall(token, audience) ?? (await this.verifyAndCache(token, audience));
    const keys = typeof proven === 'function' ? await proven(auth.payload) : proven;
    requireConfirmed(auth.payload, keys, this.methods);
    const isProofRequired = this.options.dpop.mode === 'required';
    if (isProofRequired && keys.jkt === undefined) refuseUnbound(auth.payload);
    if (this.options.isRevoked) await this.refuseRevoked(auth);
    return auth;
  }

  /** A token that was accepted before, for this audience, and whose key is still trusted. */
  private recall(token: string, audience: string | undefined): RequestAuth | undefined {
    const verified = this.cache?.get(cacheKey(token, audience));
    if (!verified || verified.auth.token !== token || verified.audience !== audience) {
      return undefined;
    }
    const { issuer, key, auth } = verified;
    if (!issuer.keys.trusts(key)) return undefined;
    validateTime(auth.payload, this.options, this.clock.now() / 1000);
    this.hits += 1;
    return auth;
  }

  private async verifyAndCache(token: string, audience: string | undefined): Promise<RequestAuth> {
    this.misses += 1;
    // The strategy adds jws, issuer and key to it. A second attempt begins without them.
    let request: TokenRequest = { token, audience };
    let auth: RequestAuth;
    try {
      auth = await this.strategy.verify(request);
    } catch (error) {
      if (!(await this.findsNewKey(request, error))) throw error;
      request = { token, audience };
      auth = await this.strategy.verify(request);
    }
    const { issuer, key } = request;
    const verified = { auth, issuer: issuer!, key: key!, audience };
    this.cache?.set(cacheKey(auth.token, audience), verified);
    return auth;
  }

  /** Whether a refresh finds another key for a token whose signature has failed. */
  private async findsNewKey({ jws, issuer, key }: TokenRequest, error: unknown): Promise<boolean> {
    const isBadSignature = (error as InvalidTokenError).code === 'signature_invalid';
    if (!isBadSignature || !jws || !issuer || !key) return false;
    return (await issuer.keys.findReplacement(jws, key)) !== undefined;
  }

  private async refuseRevoked({ payload }: RequestAuth): Promise<void> {
    let isRevoked: boolean;
    try {
      isRevoked = await this.options.isRevoked!(payload);
    } catch (cause) {
      throw new TemporarilyUnavailableError('revocation_unavailable', REVOCATION_RETRY_SEC, {
        cause,
      });
    }
    if (isRevoked) throw new InvalidTokenError('token_revoked', { detail: { sub: payload.sub } });
  }
}
