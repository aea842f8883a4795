import { LRUCache } from 'lru-cache';
import type { TokenCacheOptions } from '../auth.options.js';
import type { SigningKey } from '../keys/key-set.js';
import type { TrustedIssuer } from '../keys/trusted-issuers.js';
import type { RequestAuth } from '../request-auth.js';

/** An accepted token, and what it was verified with. */
export interface VerifiedToken {
  readonly auth: RequestAuth;
  readonly issuer: TrustedIssuer;
  readonly key: SigningKey;
}

export type TokenCache = LRUCache<string, VerifiedToken>;

/**
 * Creates the cache of accepted tokens. The whole token is the key, signature included. An entry
 * says that the signature was good: whether its key is still trusted and its time has not passed
 * must be checked again on every use.
 */
export function createTokenCache(options: Required<TokenCacheOptions>): TokenCache {
  return new LRUCache({
    max: options.maxEntries,
    maxSize: options.maxBytes,
    // Measured: the text and its strings, and what each value of the claims takes.
    sizeCalculation: ({ auth }, token) => 2 * token.length + 64 * valuesIn(auth.payload),
  });
}

function valuesIn(claims: object): number {
  const values: unknown[] = [claims];
  for (const value of values) {
    if (typeof value === 'object' && value !== null) values.push(...Object.values(value));
  }
  return values.length;
}
