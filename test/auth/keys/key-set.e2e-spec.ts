import { generateKeyPairSync } from 'node:crypto';
import { createTestKey, type TestIssuer } from '../../../src/auth/testing/index.js';
import { ACCEPTED, KeysFixture, MINUTE, UNKNOWN, until } from '../support/keys-fixture.js';

const keys = new KeysFixture();

const ALGORITHM_NOT_ALLOWED = { status: 401, code: 'algorithm_not_allowed' };

describe('a token without a kid', () => {
  it('is verified only while exactly one key fits its algorithm', async () => {
    await keys.startWithKeys();
    const token = keys.mint({}, { kid: undefined });
    expect(await keys.verify(token)).toEqual(ACCEPTED);
    await keys.issuer.rotate();
    keys.clock.advance(8 * MINUTE);
    await until(() => keys.status().keys.length === 2);
    expect(await keys.verify(token)).toMatchObject(UNKNOWN);
    expect(keys.issuer.fetches.jwks).toBe(2);
  });
});

describe('a key without a kid', () => {
  it('verifies tokens without one, and is logged by its algorithms', async () => {
    keys.issuer.published = [{ ...keys.issuer.key.jwk, kid: undefined }];
    await keys.start();
    expect(await keys.verify(keys.mint({}, { kid: undefined }))).toEqual(ACCEPTED);
    expect(await keys.verify(keys.mint({ iat: 1 }))).toMatchObject(UNKNOWN);
    expect(keys.logged()).toEqual(['Signing keys of I loaded: without kid (RS256)']);
  });
});

describe('an algorithm that is not allowed', () => {
  it('is refused although the issuer has a key for it and the signature is valid', async () => {
    const curve = await createTestKey('ES256');
    keys.issuer.keys.push(curve);
    keys.issuer.published = [{ ...keys.issuer.key.jwk, alg: undefined }, curve.jwk];
    const tokens = ['RS512', 'PS256', 'ES256'].map((alg) => keys.mint({}, { alg }));
    await keys.start();
    expect(await keys.verify()).toEqual(ACCEPTED);
    for (const token of tokens) {
      expect(await keys.verify(token)).toMatchObject(ALGORITHM_NOT_ALLOWED);
    }
    await keys.stop();
    await keys.start({ algorithms: ['RS512', 'PS256', 'ES256'] });
    for (const token of tokens) expect(await keys.verify(token)).toEqual(ACCEPTED);
    expect(await keys.verify()).toMatchObject(ALGORITHM_NOT_ALLOWED);
  });
});

describe('unusable keys', () => {
  const jwkOf = (bits: number, publicExponent?: number) =>
    generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({
      format: 'jwk',
    });

  it('are left out and do not affect the others', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const valid = keys.issuer.key.jwk;
    keys.issuer.published = [
      null,
      7,
      'key',
      [],
      {},
      { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' },
      { kty: 'RSA', kid: 'broken', n: 'x', e: 'AQAB' },
      { ...valid, kid: 'enc', use: 'enc' },
      { ...valid, kid: 'ops', key_ops: ['sign'] },
      { ...valid, kid: 'other-alg', alg: 'RSA-OAEP' },
      { ...valid, kid: 'wrong-alg', alg: 'ES256' },
      { ...valid, kid: 7 },
      { ...valid, kid: '' },
      { ...jwkOf(1024), kid: 'short' },
      { ...jwkOf(2048, 3), kid: 'weak' },
      { ...privateKey.export({ format: 'jwk' }), kid: 'private' },
      { ...publicKey.export({ format: 'jwk' }), kid: 'p-256' },
      { ...publicKey.export({ format: 'jwk' }), kid: 'curve', crv: '__proto__' },
      { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'okp' },
      valid,
    ] as TestIssuer['published'];
    await keys.startWithKeys();
    expect(keys.status().keys).toEqual([
      { kid: 'p-256', algorithms: ['ES256'] },
      { kid: keys.issuer.key.kid, algorithms: ['RS256'] },
    ]);
  });

  it('make a set a failure that replaces nothing when no other key is left', async () => {
    await keys.startWithKeys();
    keys.issuer.published = [{ ...keys.issuer.key.jwk, use: 'enc' }];
    keys.clock.advance(8 * MINUTE);
    await until(() => keys.status().lastError !== undefined);
    expect(keys.status().lastError).toBe('no usable key among the 1 published');
    expect(await keys.verify()).toEqual(ACCEPTED);
  });
});
