import { jest } from '@jest/globals';
import { AccessTokenStrategy } from '../../src/auth/access-token.strategy.js';
import { createTestKey } from '../../src/auth/testing/index.js';
import {
  ACCEPTED,
  FORGED,
  HOUR,
  IssuerFixture,
  MINUTE,
  SECOND,
  UNAVAILABLE,
  UNKNOWN,
} from './support/issuer-fixture.js';

const fixture = new IssuerFixture();

/** Called once for each token whose signature is verified. */
let verifications: jest.SpiedFunction<AccessTokenStrategy['validate']>;

beforeEach(() => {
  verifications = jest.spyOn(AccessTokenStrategy.prototype, 'validate');
});

afterEach(() => jest.restoreAllMocks());

describe('a token that is used again', () => {
  it('is not verified again', async () => {
    await fixture.startWithKeys();
    const token = fixture.mint();
    for (let index = 0; index < 5; index += 1) {
      expect(await fixture.verify(token)).toEqual(ACCEPTED);
    }
    expect(verifications).toHaveBeenCalledTimes(1);
    expect(await fixture.verify(fixture.mint({ jti: 'another' }))).toEqual(ACCEPTED);
    expect(verifications).toHaveBeenCalledTimes(2);
  });

  it('does not vouch for another token with the same signature', async () => {
    await fixture.startWithKeys();
    const token = fixture.mint();
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    const signature = token.slice(token.lastIndexOf('.'));
    const other = fixture.mint({ sub: 'auth0|admin' });
    const forged = other.slice(0, other.lastIndexOf('.')) + signature;
    expect(await fixture.verify(forged)).toEqual(FORGED);
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
  });

  it('is verified once for each audience, and accepted for no other', async () => {
    await fixture.startWithKeys();
    const { verifier } = fixture;
    const sockets = 'https://sockets.test';
    const both = fixture.mint({ aud: ['https://api.example.com', sockets] });
    for (let index = 0; index < 3; index += 1) {
      await verifier.verify(both);
      await verifier.verify(both, { audience: sockets });
    }
    expect(verifications).toHaveBeenCalledTimes(2);
    const other = { audience: 'https://other.test' };
    await expect(verifier.verify(both, other)).rejects.toHaveProperty('code', 'audience_mismatch');
    const own = fixture.mint();
    await verifier.verify(own);
    const refused = verifier.verify(own, { audience: sockets });
    await expect(refused).rejects.toHaveProperty('code', 'audience_mismatch');
  });

  it('is verified again with tokenCache: false', async () => {
    await fixture.startWithKeys({ tokenCache: false });
    const token = fixture.mint();
    await fixture.verify(token);
    await fixture.verify(token);
    expect(verifications).toHaveBeenCalledTimes(2);
  });

  it('is refused as soon as it has expired', async () => {
    await fixture.startWithKeys();
    const token = fixture.mint({ exp: fixture.clock.now() / 1000 + 60 });
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    fixture.clock.advance(65 * SECOND - 1);
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    fixture.clock.advance(1);
    expect(await fixture.verify(token)).toEqual({ status: 401, code: 'token_expired' });
    expect(verifications).toHaveBeenCalledTimes(1);
  });

  it('is verified again if it was refused', async () => {
    await fixture.startWithKeys();
    const early = fixture.mint({ nbf: fixture.clock.now() / 1000 + 60 });
    expect(await fixture.verify(early)).toEqual({ status: 401, code: 'token_not_active' });
    fixture.clock.advance(MINUTE);
    expect(await fixture.verify(early)).toEqual(ACCEPTED);
    expect(verifications).toHaveBeenCalledTimes(2);
  });

  it('is refused when its signature has been changed', async () => {
    await fixture.startWithKeys();
    const [header, payload, signature] = fixture.mint().split('.') as [string, string, string];
    expect(await fixture.verify(`${header}.${payload}.${signature}`)).toEqual(ACCEPTED);
    const changed = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    expect(await fixture.verify(`${header}.${payload}.${changed}`)).toEqual(FORGED);
  });

  it('is not verified again after a refresh that brings the same key', async () => {
    await fixture.startWithKeys();
    const token = fixture.mint();
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    await fixture.issuer.rotate();
    await fixture.refresh();
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    expect(verifications).toHaveBeenCalledTimes(1);
  });

  it('is refused when its key has been withdrawn', async () => {
    await fixture.startWithKeys();
    const token = fixture.mint();
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    await fixture.issuer.rotate({ withdraw: true });
    await fixture.refresh();
    expect(await fixture.verify(token)).toEqual(UNKNOWN);
  });

  it('is refused when its key has been replaced under the same kid', async () => {
    await fixture.startWithKeys();
    const token = fixture.mint();
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    const key = await createTestKey('ES256', fixture.issuer.key.kid);
    fixture.issuer.keys = [key];
    fixture.issuer.published = [key.jwk];
    await fixture.refresh();
    expect(await fixture.verify(token)).toEqual(FORGED);
  });

  it('gets 503 when an outage outlasts jwksMaxStaleSec', async () => {
    await fixture.startWithKeys();
    const token = fixture.mint();
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    fixture.issuer.fail('down');
    fixture.clock.sleep(11 * MINUTE);
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    fixture.clock.sleep(24 * HOUR);
    expect(await fixture.verify(token)).toMatchObject(UNAVAILABLE);
  });

  it('is refused when isRevoked returns true meanwhile', async () => {
    const revoked = new Set<unknown>();
    await fixture.startWithKeys({ isRevoked: ({ jti }) => revoked.has(jti) });
    const token = fixture.mint({ jti: 'mine' });
    expect(await fixture.verify(token)).toEqual(ACCEPTED);
    revoked.add('mine');
    expect(await fixture.verify(token)).toEqual({ status: 401, code: 'token_revoked' });
    expect(verifications).toHaveBeenCalledTimes(1);
  });

  it('shares claims that no handler can change', async () => {
    await fixture.startWithKeys();
    const token = fixture.mint({ address: { lines: ['home'] } });
    const auth = await fixture.verifier.verify(token);
    const claims = auth.payload as { sub?: string; isAdmin?: boolean };
    const { lines } = auth.payload.address as { lines: string[] };
    const changes = [
      () => (claims.sub = 'admin'),
      () => (claims.isAdmin = true),
      () => lines.push('x'),
      () => (auth.scopes as string[]).push('read:mail'),
      () => Object.assign(auth.header, { alg: 'none' }),
      () => Object.assign(auth, { payload: {} }),
    ];
    for (const change of changes) expect(change).toThrow(TypeError);
    expect(await fixture.verifier.verify(token)).toBe(auth);
  });
});
