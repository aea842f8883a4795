import { AUDIENCE, startApi } from './support/api.js';
import { expectRefusal } from './support/refusal.js';

describe('The configuration', () => {
  it('sets the audiences of a token, and the claims that grant scopes', async () => {
    const api = await startApi({
      environment: {
        AUTH0_AUDIENCE: 'https://one.test,https://two.test',
        GRANT_CLAIMS: 'permissions',
      },
    });
    const granted = { permissions: ['read:messages'] };
    const { issuer } = api;
    try {
      for (const aud of ['https://one.test', 'https://two.test']) {
        expect(
          (await api.get('/api/private-scoped', issuer.mint({ aud, ...granted }))).status,
        ).toBe(200);
      }
      const stranger = await api.get(
        '/api/private-scoped',
        issuer.mint({ aud: AUDIENCE, ...granted }),
      );
      expectRefusal(stranger, { status: 401, code: 'audience_mismatch' });
      const scoped = issuer.mint({ aud: 'https://one.test', scope: 'read:messages' });
      expectRefusal(await api.get('/api/private-scoped', scoped), {
        status: 403,
        code: 'insufficient_scope',
        scope: 'read:messages',
      });
    } finally {
      await api.close();
    }
  });
});
