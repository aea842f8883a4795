import type { TrustedIssuer } from '../../../src/auth/keys/trusted-issuers.js';
import { TokenCache, type VerifiedToken } from '../../../src/auth/token/token-cache.js';
import { FakeClock } from '../support/fake-clock.js';

const SECOND = 1000;
const limits = { maxEntries: 100, maxBytes: 1_000_000, maxAgeSec: 300 };

let clock: FakeClock;
let cache: TokenCache;

beforeEach(() => {
  clock = new FakeClock();
  cache = new TokenCache(limits, clock);
});

/** Tokens differ at their end, as signatures do. */
const verified = (token: string, payload: object = { sub: token }, issuer = 'https://a.test/') =>
  ({
    auth: { token, payload },
    issuer: { issuer } as TrustedIssuer,
  }) as unknown as VerifiedToken;

const isKept = (token: string) => cache.get(token) !== undefined;

describe('TokenCache', () => {
  it('finds a token by the whole of it', () => {
    cache.add(verified('header.payload.signature'));
    expect(isKept('header.payload.signature')).toBe(true);
    expect(isKept('header.payload.signaturf')).toBe(false);
    expect(isKept('header.payload.')).toBe(false);
    expect(isKept('__proto__')).toBe(false);
  });

  it('does not take two tokens for one that end alike', () => {
    const end = 'x'.repeat(100);
    cache.add(verified(`good.${end}`));
    expect(isKept(`forged.${end}`)).toBe(false);
    cache.delete(`forged.${end}`);
    expect(isKept(`good.${end}`)).toBe(true);
    cache.add(verified(`other.${end}`));
    expect([isKept(`good.${end}`), isKept(`other.${end}`), cache.size]).toEqual([false, true, 1]);
  });

  it('forgets a token after its age', () => {
    cache.add(verified('token'));
    clock.advance(300 * SECOND - 1);
    expect(isKept('token')).toBe(true);
    clock.advance(1);
    expect(isKept('token')).toBe(false);
    expect(cache.size).toBe(0);
  });

  it('keeps no more tokens than it may, and loses the oldest first', () => {
    for (let index = 0; index < 150; index++) cache.add(verified(`token-${index}`));
    expect(cache.size).toBe(100);
    expect(isKept('token-49')).toBe(false);
    expect(isKept('token-50')).toBe(true);
    expect(isKept('token-149')).toBe(true);
  });

  it('keeps no more bytes than it may', () => {
    const length = 10_000;
    for (let index = 0; index < 50; index++) {
      cache.add(verified(`${index}`.padStart(length, '-')));
    }
    // Four bytes a character and a kibibyte an entry.
    expect(cache.size).toBe(Math.floor(1_000_000 / (4 * length + 1024)));
  });

  it('keeps no token that is larger than all of it, and the others', () => {
    cache.add(verified('small'));
    cache.add(verified('x'.repeat(300_000)));
    expect([isKept('small'), cache.size]).toEqual([true, 1]);
  });

  it.each(['azp', 'client_id', 'sub'])(
    'gives the tokens with one %s a tenth of its entries, and takes nobody else’s',
    (claim) => {
      for (let index = 0; index < 50; index++) cache.add(verified(`other-${index}`));
      for (let index = 0; index < 500; index++) {
        cache.add(verified(`flood-${index}`, { [claim]: 'client' }));
      }
      expect(cache.size).toBe(60);
      expect(isKept('other-0')).toBe(true);
      expect(isKept('flood-489')).toBe(false);
      expect(isKept('flood-490')).toBe(true);
    },
  );

  it('gives one client a tenth of its bytes', () => {
    for (let index = 0; index < 50; index++) {
      cache.add(verified(`${index}`.padStart(10_000, '-'), { azp: 'client' }));
    }
    expect(cache.size).toBe(2);
  });

  it('counts a client by azp before client_id before sub, and apart for each issuer', () => {
    for (let index = 0; index < 20; index++) {
      cache.add(verified(`azp-${index}`, { azp: 'x', client_id: `${index}`, sub: `${index}` }));
      cache.add(verified(`id-${index}`, { client_id: 'y', sub: `${index}` }));
      cache.add(verified(`a-${index}`, { sub: 'z' }, 'https://a.test/'));
      cache.add(verified(`b-${index}`, { sub: 'z' }, 'https://b.test/'));
    }
    expect(cache.size).toBe(40);
  });

  it('counts a token once that is added again', () => {
    for (let index = 0; index < 500; index++) cache.add(verified('token'));
    expect(cache.size).toBe(1);
    cache.delete('token');
    for (let index = 0; index < 100; index++) cache.add(verified(`token-${index}`));
    expect(cache.size).toBe(100);
  });

  it('keeps at least one token of a client, however small it is', () => {
    cache = new TokenCache({ ...limits, maxEntries: 2 }, clock);
    cache.add(verified('one', { azp: 'client' }));
    cache.add(verified('two', { azp: 'client' }));
    expect([isKept('one'), isKept('two')]).toEqual([false, true]);
  });
});
