import {
  cacheKey,
  createTokenCache,
  type VerifiedToken,
} from '../../../src/auth/token/token-cache.js';

const limits = { maxEntries: 100, maxBytes: 1_000_000 };
/** What is remembered of an accepted token. */
const accepted = (token: string, payload: object = { sub: 'x' }) =>
  ({ auth: { token, payload } }) as unknown as VerifiedToken;

describe('the token cache', () => {
  const createCache = (some = limits) => {
    const cache = createTokenCache(some);
    const add = (token: string, payload?: object) =>
      cache.set(cacheKey(token), accepted(token, payload));
    return { cache, add, has: (token: string) => cache.has(cacheKey(token)) };
  };

  it('keeps at most maxEntries tokens and drops the least recently used one first', () => {
    const { cache, add, has } = createCache();
    for (let index = 0; index < 100; index += 1) add(`token-${index}`);
    cache.get(cacheKey('token-0'));
    add('token-100');
    expect([cache.size, has('token-0'), has('token-1')]).toEqual([100, true, false]);
  });

  it('keeps at most maxBytes, estimated by the length of the tokens', () => {
    const { cache, add } = createCache();
    for (let index = 0; index < 100; index += 1) add(`${index}`.padStart(10_000, '-'));
    // Two bytes per character, and 64 for each value of the claims, themselves included.
    expect(cache.size).toBe(Math.floor(1_000_000 / (2 * 10_000 + 2 * 64)));
  });

  it('keeps fewer tokens when their claims have many values', () => {
    const { cache, add } = createCache({ maxEntries: 1000, maxBytes: 100_000 });
    const claims = { sub: 'x', groups: Array.from({ length: 98 }, () => [0]) };
    for (let index = 0; index < 100; index += 1) add(`token-${index}`, claims);
    // The claims, sub, groups, and 98 arrays with one element each.
    const values = 3 + 98 * 2;
    expect(cache.size).toBe(Math.floor(100_000 / (values * 64 + 2 * 'token-99'.length)));
  });

  it('does not keep a token that is larger than all of it, and keeps the others', () => {
    const { cache, add, has } = createCache();
    add('small');
    add('x'.repeat(600_000));
    expect([cache.size, has('small')]).toEqual([1, true]);
  });

  it('keeps 20,000 tokens of one client within the default limits', () => {
    const { cache, add } = createCache({ maxEntries: 50_000, maxBytes: 64 * 1024 * 1024 });
    for (let index = 0; index < 20_000; index += 1) add('x'.repeat(900) + index);
    expect(cache.size).toBe(20_000);
  });
});
