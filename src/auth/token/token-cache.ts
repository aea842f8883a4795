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
}

export type TokenCache = LRUCache<string, VerifiedToken>;

/**
 * Creates the cache of accepted tokens. An entry that is found must be checked: its whole text, of
 * which the name is a part, and what may have changed: the key, the audience and the time.
 */
export function createTokenCache(options: Required<TokenCacheOptions>): TokenCache {
  return new LRUCache({
    max: options.maxEntries,
    maxSize: options.maxBytes,
    // Measured: the text and its strings, and what each value of the claims takes.
    sizeCalculation: ({ auth }) => 2 * auth.token.length + 64 * valuesIn(auth.payload).length,
  });
}

/** The end of a token, where it differs from others: hashing all of it would take longer. */
export const cacheKey = (token: string): string => token.slice(-64);
