import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { expectRefusal } from '../support/refusal.js';

const HOUR_SEC = 3600;

describe('The rules for tokens', () => {
  let issuer: TestIssuer;
  let api: Api;

  beforeAll(async () => {
    issuer = await createTestIssuer({
      audience: AUDIENCE,
      algorithms: ['ES256', 'ES384', 'RS256'],
      profile: 'rfc9068',
    });
    api = await startApi({
      issuer,
      environment: {
        TOKEN_ALGORITHMS: 'ES256,ES384',
        TOKEN_PROFILE: 'rfc9068',
        TOKEN_MAX_AGE_SEC: String(HOUR_SEC),
      },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const now = Math.floor(Date.now() / 1000);
  const ask = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    api.get('/api/private', issuer.mint(claims, header));

  it.each([
    ['TOKEN_ALGORITHMS, its first', {}, {}],
    ['TOKEN_ALGORITHMS, its second', {}, { alg: 'ES384' }],
    ['TOKEN_PROFILE, with the long name of its type', {}, { typ: 'application/at+jwt' }],
    ['TOKEN_MAX_AGE_SEC, shortly before', { iat: now - HOUR_SEC + 300 }, {}],
  ])('accept what is allowed by %s', async (_, claims, header) => {
    expect(await ask(claims, header)).toMatchObject({ status: 200 });
  });

  it.each([
    ['TOKEN_ALGORITHMS: RS256', {}, { alg: 'RS256' }, 'algorithm_not_allowed'],
    ['TOKEN_PROFILE: another type', {}, { typ: 'JWT' }, 'type_not_allowed'],
    ['TOKEN_PROFILE: no type', {}, { typ: undefined }, 'type_not_allowed'],
    ['TOKEN_PROFILE: no sub', { sub: undefined }, {}, 'claim_invalid'],
    ['TOKEN_PROFILE: no client_id', { client_id: undefined }, {}, 'claim_invalid'],
    ['TOKEN_PROFILE: no jti', { jti: undefined }, {}, 'claim_invalid'],
    ['TOKEN_MAX_AGE_SEC: older', { iat: now - HOUR_SEC - 300 }, {}, 'token_expired'],
    ['TOKEN_MAX_AGE_SEC: of the future', { iat: now + 300 }, {}, 'token_not_active'],
    ['TOKEN_MAX_AGE_SEC: no iat', { iat: undefined }, {}, 'claim_invalid'],
  ])('refuse what is not allowed by %s', async (_, claims, header, code) => {
    expectRefusal(await ask({ exp: now + 86_400, ...claims }, header), { status: 401, code });
  });
});
