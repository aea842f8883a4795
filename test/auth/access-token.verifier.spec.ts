import { AccessTokenVerifier, InvalidTokenError } from '../../src/auth/index.js';
import { createTestIssuer, createTestKey, type TestIssuer } from '../../src/auth/testing/index.js';
import { startVerifier, type VerifierFixture } from './support/fixture.js';

let issuer: TestIssuer;
let fixture: VerifierFixture;
let verifier: AccessTokenVerifier;

beforeAll(async () => {
  issuer = await createTestIssuer({ algorithms: ['ES256'] });
  fixture = await startVerifier({ issuer, options: { algorithms: ['ES256'] } });
  ({ verifier } = fixture);
});

afterAll(async () => {
  await fixture.close();
  await issuer.close();
});

describe('AccessTokenVerifier', () => {
  it('resolves with payload, header, scopes and token', async () => {
    const token = issuer.mint({ sub: 'alice', scope: 'a b', scp: ['c'], permissions: ['d'] });
    const auth = await verifier.verify(token);
    expect(auth).toMatchObject({
      payload: { iss: issuer.url, sub: 'alice' },
      header: { alg: 'ES256', typ: 'JWT', kid: issuer.key.kid },
      scopes: ['a', 'b', 'c'],
    });
    expect(auth.token).toBe(token);
    expect(Object.keys(auth)).not.toContain('token');
  });

  it('rejects with an error that has a code and a challenge', async () => {
    const refusal = verifier.verify(issuer.mint({ exp: 1 }));
    await expect(refusal).rejects.toBeInstanceOf(InvalidTokenError);
    await expect(refusal).rejects.toMatchObject({
      code: 'token_expired',
      message: 'The access token has expired.',
      challenge: 'Bearer error="invalid_token", error_description="The access token has expired."',
    });
  });

  it('never mixes up tokens that are verified at once', async () => {
    const stranger = await createTestKey('ES256', issuer.key.kid);
    const forger = await createTestIssuer({ algorithms: ['ES256'] });
    forger.keys = [stranger];
    const forged = (sub: string) => forger.mint({ iss: issuer.url, sub });
    const subjects = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    const outcomes = await Promise.all(
      subjects.flatMap((sub) => [
        verifier.verify(issuer.mint({ sub })).then(({ payload }) => payload.sub),
        verifier.verify(forged(sub)).catch(({ code }: InvalidTokenError) => code),
        verifier.verify(issuer.mint({ sub, exp: 1 })).catch(({ code }: InvalidTokenError) => code),
      ]),
    );
    expect(outcomes).toEqual(
      subjects.flatMap((sub) => [sub, 'signature_invalid', 'token_expired']),
    );
    await forger.close();
  });
});
