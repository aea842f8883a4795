import { createTokenCache, type VerifiedToken } from '../../../src/auth/token/token-cache.js';

const limits = { maxEntries: 100, maxBytes: 1_000_000 };
const verified = {} as VerifiedToken;

describe('the token cache', () => {
  it('finds a token by its whole text', () => {
    const cache = createTokenCache(limits);
    cache.set('header.payload.signature', verified);
    expect(cache.get('header.payload.signature')).toBe(verified);
    expect(cache.get('header.payload.signaturf')).toBeUndefined();
    expect(cache.get('header.payload.')).toBeUndefined();
    expect(cache.get('__proto__')).toBeUndefined();
  });

  it('keeps at most maxEntries tokens and drops the least recently used one first', () => {
    const cache = createTokenCache(limits);
    for (let index = 0; index < 100; index += 1) cache.set(`token-${index}`, verified);
    cache.get('token-0');
    cache.set('token-100', verified);
    expect([cache.size, cache.has('token-0'), cache.has('token-1')]).toEqual([100, true, false]);
  });

  it('keeps at most maxBytes, estimated as 1 KiB and two bytes per character', () => {
    const cache = createTokenCache(limits);
    for (let index = 0; index < 100; index += 1) {
      cache.set(`${index}`.padStart(10_000, '-'), verified);
    }
    expect(cache.size).toBe(Math.floor(1_000_000 / (2 * 10_000 + 1024)));
  });

  it('does not keep a token that is larger than all of it, and keeps the others', () => {
    const cache = createTokenCache(limits);
    cache.set('small', verified);
    cache.set('x'.repeat(600_000), verified);
    expect([cache.size, cache.has('small')]).toEqual([1, true]);
  });

  it('keeps 20,000 tokens of one client within the default limits', () => {
    const cache = createTokenCache({ maxEntries: 50_000, maxBytes: 64 * 1024 * 1024 });
    const padding = 'x'.repeat(900);
    for (let index = 0; index < 20_000; index += 1) cache.set(`${index}${padding}`, verified);
    expect(cache.size).toBe(20_000);
  });
});
