import type { TestIssuer } from '../../src/auth/testing/index.js';
import { type Api, startApi } from '../support/api.js';
import { startDemoTenant, type Tenant } from '../support/tenant.js';
import { Browser } from './browser.js';

/** Every GET route of the quickstarts and of the resources, and who of the demo gets a 200 from it. */
const ROUTES = [
  ['/api/public', ['nobody', 'reader', 'writer', 'admin']],
  ['/api/open', ['nobody', 'reader', 'writer', 'admin']],
  ['/api/greeting', ['nobody', 'reader', 'writer', 'admin']],
  ['/api/private', ['reader', 'writer', 'admin']],
  ['/api/members-only', ['reader', 'writer', 'admin']],
  ['/api/me', ['reader', 'writer', 'admin']],
  ['/api/private-scoped', ['reader', 'writer', 'admin']],
  ['/api/messages', ['reader', 'writer', 'admin']],
  ['/api/premium', ['writer', 'admin']],
  ['/api/protected', ['admin']],
  ['/api/feed', ['admin']],
  ['/api/editor', ['admin']],
  ['/api/admin', ['admin']],
  ['/api/admin/edit', ['admin']],
  ['/api/admin/messages', ['admin']],
  ['/api/admin/audit', ['admin']],
] as const;

const EVERYTHING =
  'openid read:messages write:messages read:protected read:feed read:admin write:admin';

describe('the API, against the tenant of the demo', () => {
  let tenant: Tenant;
  let api: Api;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    tenant = await startDemoTenant();
    api = await startApi({
      // The issuer is the tenant; the API needs no other.
      issuer: {} as TestIssuer,
      environment: { ISSUER_BASE_URL: tenant.url },
    });
    for (const name of ['reader', 'writer', 'admin']) {
      const { access_token: token } = await new Browser(tenant.url).tokens(name, {
        scope: EVERYTHING,
      });
      tokens.set(name, token);
    }
  }, 30_000);

  afterAll(async () => {
    await api.close();
    await tenant.close();
  });

  it.each(ROUTES)('lets in for GET %s: %j', async (path, welcome) => {
    const statuses = await Promise.all(
      ['nobody', 'reader', 'writer', 'admin'].map(async (name) => {
        const { status } = await api.get(path, tokens.get(name));
        return status === 200 ? [name] : [];
      }),
    );
    expect(statuses.flat()).toEqual(welcome);
  });
});
