import { createSecretKey } from 'node:crypto';
import { createTestIssuer, signCompactJws, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { ADAPTERS, type Fixture, type FixtureOptions, startFixture } from './support/fixture.js';
import { CONTROLLERS } from './support/routes.controller.js';

const SECRET = 'a secret of more than thirty-two bytes';
const PATH = '/routes/closed';

describe.each(ADAPTERS)('an issuer that signs with a shared secret, on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer({ secret: SECRET });
    const options = { secret: SECRET };
    fixture = await startFixture({ adapter, issuer, controllers: CONTROLLERS, options });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const get = (token: string) => fixture.get(PATH, token);

  it('accepts its tokens, the second time from the cache', async () => {
    const token = issuer.mint();
    expect((await get(token)).status).toBe(200);
    expect((await get(token)).status).toBe(200);
  });

  it('accepts them with any kid', async () => {
    expect((await get(issuer.mint({}, { kid: 'any' }))).status).toBe(200);
  });

  it('fetches no keys', () => {
    expect(issuer.fetches).toEqual({ discovery: 0, jwks: 0 });
  });

  it('compares issuer and audience', async () => {
    expectRefusal(await get(issuer.mint({ iss: issuer.url.slice(0, -1) })), {
      status: 401,
      code: 'issuer_mismatch',
    });
    expectRefusal(await get(issuer.mint({ aud: 'https://other.test' })), {
      status: 401,
      code: 'audience_mismatch',
    });
  });

  it.each(['HS384', 'HS512', 'RS256', 'ES256', 'EdDSA', 'none'])(
    'refuses the algorithm %s',
    async (alg) => {
      const code = 'algorithm_not_allowed';
      expectRefusal(await get(`${issuer.mint({}, { alg })}AAAA`), { status: 401, code });
    },
  );

  it.each([
    ['another secret', `${SECRET}.`],
    ['a shorter one', SECRET.slice(0, -1)],
    ['nothing', ''],
  ])('refuses a token signed with %s', async (_, secret) => {
    const [header, payload] = issuer.mint().split('.').slice(0, 2).map(decode);
    const key = createSecretKey(Buffer.from(secret));
    const forged = signCompactJws(header!, payload!, key);
    expectRefusal(await get(forged), { status: 401, code: 'signature_invalid' });
  });

  it('refuses a signature that is cut short, or longer', async () => {
    const token = issuer.mint();
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const bytes = Buffer.from(signature, 'base64url');
    for (const other of [
      bytes.subarray(0, 31),
      bytes.subarray(0, 16),
      Buffer.concat([bytes, bytes]),
    ]) {
      const forged = `${header}.${payload}.${other.toString('base64url')}`;
      expectRefusal(await get(forged), { status: 401, code: 'signature_invalid' });
    }
  });

  it('refuses a token whose signature was changed after it was accepted', async () => {
    const token = issuer.mint({ jti: 'changed' });
    expect((await get(token)).status).toBe(200);
    const forged = token.replace(/\.[^.]+$/, `.${'A'.repeat(43)}`);
    expectRefusal(await get(forged), { status: 401, code: 'signature_invalid' });
  });
});

describe.each(ADAPTERS)('beside issuers with keys, on %s', (adapter) => {
  it('a secret verifies the tokens of its own issuer and of no other', async () => {
    const [withKeys, withSecret] = await Promise.all([
      createTestIssuer(),
      createTestIssuer({ secret: SECRET }),
    ]);
    const { audience } = withKeys;
    const fixture = await startFixture({
      adapter,
      issuer: withKeys,
      controllers: CONTROLLERS,
      options: {
        issuer: undefined,
        audience: undefined,
        issuers: [
          { issuer: withKeys.url, audience },
          { issuer: withSecret.url, audience, secret: SECRET },
        ],
      } as FixtureOptions['options'],
    });
    try {
      expect((await fixture.get(PATH, withKeys.mint())).status).toBe(200);
      expect((await fixture.get(PATH, withSecret.mint())).status).toBe(200);
      const code = 'algorithm_not_allowed';
      for (const forged of [
        withSecret.mint({ iss: withKeys.url }, { kid: withKeys.key.kid }),
        withKeys.mint({ iss: withSecret.url }),
      ]) {
        expectRefusal(await fixture.get(PATH, forged), { status: 401, code });
      }
    } finally {
      await Promise.all([fixture.close(), withKeys.close(), withSecret.close()]);
    }
  });
});

function decode(segment: string): object {
  return JSON.parse(Buffer.from(segment, 'base64url').toString()) as object;
}
