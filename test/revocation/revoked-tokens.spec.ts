import type { AccessTokenClaims } from '../../src/auth/index.js';
import { type Revocation, RevokedTokens } from '../../src/revocation/revoked-tokens.js';

const ISSUER = 'https://issuer.test/';

/** Received in the middle of a second. */
const AT = new Date('2026-01-01T12:00:00.500Z');
const SECOND = Math.floor(AT.getTime() / 1000);

const claims = (changed: Partial<AccessTokenClaims> = {}): AccessTokenClaims => ({
  iss: ISSUER,
  aud: 'https://api.test',
  exp: SECOND + 3600,
  iat: SECOND - 60,
  sub: 'ann',
  sid: 'laptop',
  jti: 'token-1',
  ...changed,
});

const revoked = (...revocations: Partial<Revocation>[]) => {
  const tokens = new RevokedTokens();
  for (const revocation of revocations) tokens.add({ iss: ISSUER, at: AT, ...revocation });
  return tokens;
};

const SUB = { sub: 'ann' };
const SID = { sid: 'laptop' };
const LOGOUT = { sub: 'ann', sid: 'laptop' };
const JTI = { jti: 'token-1' };

describe('A revocation', () => {
  it.each<[string, Partial<Revocation>, string, Partial<AccessTokenClaims>]>([
    ['of a subject', SUB, 'its token', {}],
    ['of a subject', SUB, 'its token of any session', { sid: 'phone' }],
    ['of a subject', SUB, 'its token without a session', { sid: undefined }],
    ['of a subject', SUB, 'its token of the same second', { iat: SECOND }],
    ['of a subject', SUB, 'its token without iat', { iat: undefined }],
    ['of a session', SID, 'a token of that session', {}],
    ['of a session', SID, 'a token of that session without a sub', { sub: undefined }],
    ['of a session', SID, 'a token of that session and second', { iat: SECOND }],
    ['of a session', SID, 'a token of that session without iat', { iat: undefined }],
    ['of a session with its subject', LOGOUT, 'a token of that session', {}],
    ['of a session with its subject', LOGOUT, 'one of that session and nobody', { sub: undefined }],
    [
      'of a session with its subject',
      LOGOUT,
      'one of the subject without a sid',
      { sid: undefined },
    ],
    [
      'of a session with its subject',
      LOGOUT,
      'one of the subject without sid and iat',
      { sid: undefined, iat: undefined },
    ],
    ['of a token', JTI, 'that token', {}],
    ['of a token', JTI, 'that token, whenever it was issued', { iat: SECOND + 60 }],
  ])('%s (%j) refuses %s', (_, revocation, __, token) => {
    expect(revoked(revocation).has(claims(token))).toBe(true);
  });

  it.each<[string, Partial<Revocation>, string, Partial<AccessTokenClaims>]>([
    ['of a subject', SUB, 'its token of the next second', { iat: SECOND + 1 }],
    ['of a subject', SUB, 'a token of another subject', { sub: 'bob' }],
    ['of a subject', SUB, 'a token without a sub', { sub: undefined }],
    ['of a subject', SUB, 'the same subject of another issuer', { iss: 'https://other.test/' }],
    ['of a session', SID, 'a token of another session', { sid: 'phone' }],
    ['of a session', SID, 'a token without a session', { sid: undefined }],
    ['of a session', SID, 'a token of the next second', { iat: SECOND + 1 }],
    ['of a session', SID, 'the same session of another issuer', { iss: 'https://other.test/' }],
    ['of a session with its subject', LOGOUT, 'one of another session', { sid: 'phone' }],
    [
      'of a session with its subject',
      LOGOUT,
      'one without a sid of the next second',
      { sid: undefined, iat: SECOND + 1 },
    ],
    [
      'of a session with its subject',
      LOGOUT,
      'one without a sid of another subject',
      { sid: undefined, sub: 'bob' },
    ],
    ['of a token', JTI, 'another token', { jti: 'token-2' }],
    ['of a token', JTI, 'a token without a jti', { jti: undefined }],
    ['of a token', JTI, 'a token of another issuer', { iss: 'https://other.test/' }],
    ['of a subject named like a member of objects', { sub: 'constructor' }, 'another', {}],
  ])('%s (%j) lets pass %s', (_, revocation, __, token) => {
    expect(revoked(revocation).has(claims(token))).toBe(false);
  });

  it('compares each claim with its own kind', () => {
    const tokens = revoked({ sub: 'x' }, { sid: 'y' }, { jti: 'z' });
    expect(tokens.has(claims({ sub: 'y', sid: 'z', jti: 'x' }))).toBe(false);
  });

  it('refuses by the subject where the sid is not a string', () => {
    expect(revoked(LOGOUT).has(claims({ sid: 7 }))).toBe(true);
  });

  it('moves the end forward when the subject logs out again, and never back', () => {
    const later = new Date(AT.getTime() + 10_000);
    for (const order of [
      [AT, later],
      [later, AT],
    ]) {
      const tokens = revoked(...order.map((at) => ({ sub: 'ann', at })));
      expect(tokens.has(claims({ iat: SECOND + 10 }))).toBe(true);
      expect(tokens.has(claims({ iat: SECOND + 11 }))).toBe(false);
      expect(tokens.size).toBe(1);
    }
  });
});

describe('The memory', () => {
  it('counts subjects, sessions and tokens', () => {
    expect(revoked().size).toBe(0);
    expect(revoked(SUB, SID, LOGOUT, JTI, { ...SUB, iss: 'https://other.test/' }).size).toBe(5);
  });

  it('forgets what was received before a time, and keeps the rest', () => {
    const tokens = revoked(SUB, LOGOUT, JTI);
    const later = new Date(AT.getTime() + 1000);
    tokens.add({ iss: ISSUER, sub: 'bob', at: later });
    tokens.forgetBefore(AT.getTime());
    expect(tokens.size).toBe(5);
    tokens.forgetBefore(AT.getTime() + 500);
    expect(tokens.size).toBe(1);
    expect(tokens.has(claims({ sub: 'bob' }))).toBe(true);
    expect(tokens.has(claims())).toBe(false);
  });

  it('keeps a subject that has logged out again', () => {
    const tokens = revoked(
      SUB,
      { sub: 'bob' },
      { sub: 'ann', at: new Date(AT.getTime() + 60_000) },
    );
    tokens.forgetBefore(AT.getTime() + 1000);
    expect(tokens.size).toBe(1);
    expect(tokens.has(claims())).toBe(true);
  });
});
