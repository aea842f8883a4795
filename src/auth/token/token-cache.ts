import { LRUCache } from 'lru-cache';
import type { TokenCacheOptions } from '../auth.options.js';
import type { SigningKey } from '../keys/key-set.js';
import type { TrustedIssuer } from '../keys/trusted-issuers.js';
import type { RequestAuth } from '../request-auth.js';
import { valuesIn } from './claim-path.js';

/** An accepted token, and what it was verified with. */
export interface VerifiedToken {
  readonly auth: RequestAuth;
  readonly issuer: TrustedIssuer;
  readonly key: SigningKey;
  /** What it was accepted for. Undefined: an audience of its issuer. */
  readonly audience: string | undefined;
}

export type TokenCache = LRUCache<string, VerifiedToken>;

/**
 * Creates the cache of accepted tokens. Check an entry that is found: compare the whole token and
 * the audience, because the name has only the end of the token, and check the key and the time
 * again, because they may have changed.
 */
export function createTokenCache(options: Required<TokenCacheOptions>): TokenCache {
  return new LRUCache({
    max: options.maxEntries,
    maxSize: options.maxBytes,
    // Measured: the text and its strings, and what each value of the claims takes.
    sizeCalculation: ({ auth }) => 2 * auth.token.length + 64 * valuesIn(auth.payload).length,
  });
}

/**
 * The name of an entry. Of the token it has only the end, which is a part of its signature, because
 * hashing all of it would take longer.
 */
export const cacheKey = (token: string, audience = ''): string => token.slice(-12) + audience;
