import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createTestKey, signCompactJws } from '../../../src/auth/testing/index.js';

const secret = createSecretKey(Buffer.alloc(32, 's'));
const keys: Record<string, KeyObject> = {
  secret,
  EdDSA: generateKeyPairSync('ed25519').privateKey,
};

beforeAll(async () => {
  const made = await Promise.all((['RS256', 'ES256'] as const).map((alg) => createTestKey(alg)));
  for (const { alg, privateKey } of made) keys[alg] = privateKey;
});

describe('signCompactJws()', () => {
  it.each([
    ['none', 'RS256'],
    ['none', 'secret'],
    ['RS', 'RS256'],
    ['RS1024', 'RS256'],
    ['ES256', 'RS256'],
    ['HS256', 'RS256'],
    ['EdDSA', 'RS256'],
    ['RS256', 'ES256'],
    ['PS256', 'EdDSA'],
    ['Ed448', 'EdDSA'],
    ['RS256', 'secret'],
    [undefined, 'secret'],
  ])('leaves the signature empty for the algorithm %s with a key for %s', (alg, key) => {
    const token = signCompactJws({ alg }, {}, keys[key]!);
    expect(token.split('.')).toEqual([expect.any(String), expect.any(String), '']);
  });

  it.each([
    ['RS256', 'RS256', 256],
    ['PS512', 'RS256', 256],
    ['ES256', 'ES256', 64],
    ['EdDSA', 'EdDSA', 64],
    ['Ed25519', 'EdDSA', 64],
    ['HS384', 'secret', 48],
  ])('signs with %s and a key for %s', (alg, key, bytes) => {
    const [, , signature] = signCompactJws({ alg }, {}, keys[key]!).split('.');
    expect(Buffer.from(signature!, 'base64url')).toHaveLength(bytes);
  });

  it('signs with another algorithm than the header says, if asked to', () => {
    const [, , signature] = signCompactJws({ alg: 'none' }, {}, keys.RS256!, 'RS256').split('.');
    expect(Buffer.from(signature!, 'base64url')).toHaveLength(256);
  });
});
