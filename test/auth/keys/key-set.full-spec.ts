import { generateKeyPairSync } from 'node:crypto';
import { createTestKey, signCompactJws, type TestIssuer } from '../../../src/auth/testing/index.js';
import { ACCEPTED, IssuerFixture, MINUTE, UNKNOWN } from '../support/issuer-fixture.js';

const keys = new IssuerFixture();

const ALGORITHM_NOT_ALLOWED = { status: 401, code: 'algorithm_not_allowed' };

const jwkOf = (bits: number, publicExponent?: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({
    format: 'jwk',
  });

describe('a token without a kid', () => {
  it('is verified only while exactly one key fits its algorithm', async () => {
    await keys.startWithKeys();
    const token = (jti: string) => keys.mint({ jti }, { kid: undefined });
    expect(await keys.verify(token('first'))).toEqual(ACCEPTED);
    await keys.issuer.rotate();
    await keys.refresh();
    expect(await keys.verify(token('second'))).toEqual(UNKNOWN);
  });
});

describe('a key without a kid', () => {
  it('verifies tokens without one, and is logged by its algorithms', async () => {
    keys.issuer.published = [{ ...keys.issuer.key.jwk, kid: undefined }];
    await keys.startWithKeys();
    expect(await keys.verify(keys.mint({}, { kid: undefined }))).toEqual(ACCEPTED);
    expect(await keys.verify(keys.mint({ iat: 1 }))).toEqual(UNKNOWN);
    expect(keys.logged()).toEqual(['Loaded the signing keys of I: no kid (ES256)']);
  });
});

describe('an algorithm that is not allowed', () => {
  it('is refused although the issuer has a key for it and the signature is valid', async () => {
    const rsa = await createTestKey('RS256');
    keys.issuer.published.push({ ...rsa.jwk, alg: undefined });
    const claims = { iss: keys.issuer.url, aud: keys.issuer.audience, exp: 1e12 };
    const tokens = ['RS256', 'RS512', 'PS256'].map((alg) =>
      signCompactJws({ alg, kid: rsa.kid }, claims, rsa.privateKey),
    );
    await keys.startWithKeys();
    expect(await keys.verify()).toEqual(ACCEPTED);
    for (const token of tokens) expect(await keys.verify(token)).toEqual(ALGORITHM_NOT_ALLOWED);
    await keys.stop();
    await keys.startWithKeys({ algorithms: ['RS512', 'PS256'] });
    const [rs256, ...allowed] = tokens;
    for (const token of allowed) expect(await keys.verify(token)).toEqual(ACCEPTED);
    expect(await keys.verify(rs256)).toEqual(ALGORITHM_NOT_ALLOWED);
    expect(await keys.verify()).toEqual(ALGORITHM_NOT_ALLOWED);
  });
});

describe('a key set', () => {
  it('keeps its usable keys when others are unusable (RFC 7517 §5)', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const rsa = jwkOf(2048);
    keys.issuer.published = [
      null,
      7,
      'key',
      [],
      {},
      { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' },
      { kty: 'RSA', kid: 'broken', n: 'x', e: 'AQAB' },
      { kty: 'RSA', kid: 'object', n: { toString: null }, e: 'AQAB' },
      { ...rsa, kid: 'enc', use: 'enc' },
      { ...rsa, kid: 'ops', key_ops: ['sign'] },
      { ...rsa, kid: 'other-alg', alg: 'RSA-OAEP' },
      { ...rsa, kid: 'wrong-alg', alg: 'ES256' },
      { ...rsa, kid: 7 },
      { ...rsa, kid: '' },
      { ...jwkOf(1024), kid: 'short' },
      { ...jwkOf(2048, 3), kid: 'weak' },
      { ...privateKey.export({ format: 'jwk' }), kid: 'private' },
      { ...publicKey.export({ format: 'jwk' }), kid: 'p-256' },
      { ...publicKey.export({ format: 'jwk' }), kid: 'curve', crv: '__proto__' },
      { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'okp' },
      keys.issuer.key.jwk,
    ] as TestIssuer['published'];
    await keys.startWithKeys();
    expect(keys.logged()).toEqual([
      `Loaded the signing keys of I: p-256 (ES256), ${keys.issuer.key.kid} (ES256)`,
    ]);
  });

  const unused = () => ({ kty: 'oct', kid: 'unused' });

  it('may have 100 keys', async () => {
    keys.issuer.published = [...Array.from({ length: 99 }, unused), keys.issuer.key.jwk];
    await keys.startWithKeys();
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it.each<[string, () => TestIssuer['published'], string]>([
    ['without a key', () => [], 'no usable key for ES256 in the key set'],
    [
      'without a usable key',
      () => [{ ...keys.issuer.key.jwk, use: 'enc' }],
      'no usable key for ES256 in the key set',
    ],
    [
      'without a key for an allowed algorithm',
      () => [{ ...jwkOf(2048), kid: 'rsa' }],
      'no usable key for ES256 in the key set',
    ],
    [
      'of 101 keys',
      () => [...Array.from({ length: 100 }, unused), keys.issuer.key.jwk],
      '101 keys; at most 100 are read',
    ],
  ])('%s is a failure and replaces nothing', async (_, published, reason) => {
    await keys.startWithKeys();
    keys.issuer.published = published();
    await keys.failOnce(8 * MINUTE);
    expect(keys.logged().at(-1)).toContain(reason);
    expect(await keys.verify()).toEqual(ACCEPTED);
  });
});
