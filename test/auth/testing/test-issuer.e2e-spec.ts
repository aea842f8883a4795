import { createHmac, verify } from 'node:crypto';
import { createTestIssuer, TestIssuer } from '../../../src/auth/testing/index.js';
import { request } from '../../support/http.js';

const issuers: TestIssuer[] = [];

afterEach(() => Promise.all(issuers.splice(0).map((issuer) => issuer.close())));

async function open(issuer: TestIssuer): Promise<TestIssuer> {
  await issuer.open();
  issuers.push(issuer);
  return issuer;
}

describe('a test issuer', () => {
  it('needs no options', async () => {
    const issuer = await open(new TestIssuer());
    expect(issuer.audience).toBe('https://api.example.com');
    expect(issuer.key.alg).toBe('RS256');
  });

  it('publishes a discovery document and its public keys, and nothing else', async () => {
    const issuer = await createTestIssuer();
    issuers.push(issuer);
    const get = (path: string) => request(issuer.url, 'GET', path);
    const document = await get('/.well-known/openid-configuration');
    expect(document.json).toEqual({ issuer: issuer.url, jwks_uri: issuer.jwksUri });
    const set = await get(new URL(issuer.jwksUri).pathname);
    expect(set.json).toEqual({ keys: [issuer.key.jwk] });
    expect(await get('/oauth/token')).toMatchObject({ status: 404, json: {} });
    expect(issuer.fetches).toEqual({ discovery: 1, jwks: 1 });
  });

  it('sends 50 MB with the fault huge', async () => {
    const issuer = await open(new TestIssuer());
    issuer.fail('huge');
    const { body } = await request(issuer.url, 'GET', '/');
    expect(body.length).toBeGreaterThanOrEqual(50_000_000);
    expect(body.trimStart()).toBe('{"keys":[]}');
  });

  describe('signs a header without alg', () => {
    const parts = (token: string) => {
      const end = token.lastIndexOf('.');
      return {
        input: Buffer.from(token.slice(0, end)),
        signature: Buffer.from(token.slice(end + 1), 'base64url'),
      };
    };

    it.each<[string, object | string]>([
      ['a string', 'no header'],
      ['an object', { typ: 'JWT' }],
    ])('%s with its first key', async (_, header) => {
      const issuer = await open(new TestIssuer({ algorithms: ['ES256', 'RS256'] }));
      const { input, signature } = parts(issuer.sign(header, {}));
      const key = { key: issuer.key.publicKey, dsaEncoding: 'ieee-p1363' as const };
      expect(verify('sha256', input, key, signature)).toBe(true);
    });

    it.each<[string, object | string]>([
      ['a string', 'no header'],
      ['an object', { typ: 'JWT' }],
    ])('%s with its secret', async (_, header) => {
      const secret = 'a secret of thirty-two bytes, now';
      const issuer = await open(new TestIssuer({ secret }));
      const { input, signature } = parts(issuer.sign(header, {}));
      expect(signature).toEqual(createHmac('sha256', secret).update(input).digest());
    });
  });

  it('leaves the signature empty for an algorithm without a key', async () => {
    const issuer = await open(new TestIssuer());
    expect(issuer.mint({}, { alg: 'ES512' })).toMatch(/^[\w-]+\.[\w-]+\.$/);
  });
});
