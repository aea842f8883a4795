import { createTestIssuer } from '../../src/auth/testing/index.js';
import { AUDIENCE, startApi } from '../support/api.js';
import { createTestDatabase } from '../support/database.js';
import { expectRefusal } from '../support/refusal.js';

describe('A restarted instance', () => {
  it('refuses a revoked token from its first answer', async () => {
    const issuer = await createTestIssuer({ audience: AUDIENCE });
    const { environment, drop } = await createTestDatabase();
    const token = issuer.mint({ sub: 'auth0|joe' });

    const before = await startApi({ issuer, environment });
    const admin = issuer.mint({ sub: 'auth0|root', scope: 'write:admin' });
    const json = { sub: 'auth0|joe' };
    expect(
      (await before.send('POST', '/api/admin/revocations', { token: admin, json })).status,
    ).toBe(201);
    await before.close();

    const after = await startApi({ issuer, environment });
    expectRefusal(await after.get('/api/private', token), { status: 401, code: 'token_revoked' });
    await after.close();
    await drop();
    await issuer.close();
  });
});
