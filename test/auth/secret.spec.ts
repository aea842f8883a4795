import { createSecretKey } from 'node:crypto';
import { AuthError } from '../../src/auth/index.js';
import { createTestIssuer, signCompactJws, type TestIssuer } from '../../src/auth/testing/index.js';
import { startVerifier, type VerifierFixture } from './support/fixture.js';

const SECRET = 'a secret of more than thirty-two bytes';

/** An issuer that signs with a secret, and one that publishes keys. */
let withSecret: TestIssuer;
let withKeys: TestIssuer;
let fixture: VerifierFixture;

beforeAll(async () => {
  [withSecret, withKeys] = await Promise.all([
    createTestIssuer({ secret: SECRET }),
    createTestIssuer({ algorithms: ['ES256'] }),
  ]);
  const { audience } = withKeys;
  const issuers = [
    { issuer: withSecret.url, audience, secret: SECRET },
    { issuer: withKeys.url, audience, algorithms: ['ES256' as const] },
  ];
  const options = { issuer: undefined, audience: undefined, issuers };
  fixture = await startVerifier({ issuer: withSecret, options });
});

afterAll(() => Promise.all([fixture.close(), withSecret.close(), withKeys.close()]));

/** The code of the refusal. */
async function codeOf(token: string): Promise<string | undefined> {
  const refusal: unknown = await fixture.verifier.verify(token).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(AuthError);
  return (refusal as AuthError).code;
}

describe('an issuer with the option secret', () => {
  it('has its tokens accepted, also from the cache', async () => {
    const token = withSecret.mint();
    const { payload } = await fixture.verifier.verify(token);
    expect(payload.iss).toBe(withSecret.url);
    expect((await fixture.verifier.verify(token)).payload).toBe(payload);
  });

  it('may send any kid', async () => {
    const { header } = await fixture.verifier.verify(withSecret.mint({}, { kid: 'any' }));
    expect(header.kid).toBe('any');
  });

  it('is not asked for keys', () => {
    expect(withSecret.fetches).toEqual({ discovery: 0, jwks: 0 });
  });

  it('has issuer and audience of its tokens checked', async () => {
    const { url } = withSecret;
    expect(await codeOf(withSecret.mint({ iss: url.slice(0, -1) }))).toBe('issuer_mismatch');
    expect(await codeOf(withSecret.mint({ aud: 'https://x.test' }))).toBe('audience_mismatch');
  });

  it.each(['HS384', 'HS512', 'RS256', 'ES256', 'EdDSA', 'none'])(
    'may not use the algorithm %s',
    async (alg) => {
      expect(await codeOf(`${withSecret.mint({}, { alg })}AAAA`)).toBe('algorithm_not_allowed');
    },
  );

  it.each([
    ['another secret', `${SECRET}.`],
    ['a shorter secret', SECRET.slice(0, -1)],
    ['an empty secret', ''],
  ])('does not have a token accepted that is signed with %s', async (_, secret) => {
    const [header, payload] = withSecret.mint().split('.').slice(0, 2).map(decode);
    const forged = signCompactJws(header!, payload!, createSecretKey(Buffer.from(secret)));
    expect(await codeOf(forged)).toBe('signature_invalid');
  });

  it.each<[string, (valid: Buffer) => Buffer]>([
    ['its first 31 bytes', (valid) => valid.subarray(0, 31)],
    ['its first half', (valid) => valid.subarray(0, 16)],
    ['its bytes repeated', (valid) => Buffer.concat([valid, valid])],
    ['only zeros', (valid) => Buffer.alloc(valid.length)],
  ])('does not have a token accepted whose signature is %s', async (_, change) => {
    const token = withSecret.mint();
    await fixture.verifier.verify(token);
    const end = token.lastIndexOf('.') + 1;
    const changed = change(Buffer.from(token.slice(end), 'base64url'));
    expect(await codeOf(token.slice(0, end) + changed.toString('base64url'))).toBe(
      'signature_invalid',
    );
  });

  it('is kept apart from an issuer with keys', async () => {
    const { payload } = await fixture.verifier.verify(withKeys.mint());
    expect(payload.iss).toBe(withKeys.url);
    const confused = [
      withSecret.mint({ iss: withKeys.url }, { kid: withKeys.key.kid }),
      withKeys.mint({ iss: withSecret.url }),
    ];
    for (const token of confused) expect(await codeOf(token)).toBe('algorithm_not_allowed');
  });
});

function decode(segment: string): object {
  return JSON.parse(Buffer.from(segment, 'base64url').toString()) as object;
}
