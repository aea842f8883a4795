import { createTestIssuer } from '../src/auth/testing/index.js';
import { AUDIENCE, startApi } from './support/api.js';
import { expectRefusal } from './support/refusal.js';

const secret = 'the signing secret of the API in Auth0';

describe('The API with AUTH0_SIGNING_SECRET', () => {
  it('accepts tokens that were signed with it, and asks nobody for keys', async () => {
    const issuer = await createTestIssuer({ audience: AUDIENCE, secret });
    const api = await startApi({ issuer, environment: { AUTH0_SIGNING_SECRET: secret } });
    try {
      expect((await api.get('/api/private', issuer.mint())).status).toBe(200);
      const forged = `${issuer.mint().slice(0, -43)}${'A'.repeat(43)}`;
      expectRefusal(await api.get('/api/private', forged), {
        status: 401,
        code: 'signature_invalid',
      });
      expect(issuer.fetches).toEqual({ discovery: 0, jwks: 0 });
    } finally {
      await api.close();
      await issuer.close();
    }
  });
});
