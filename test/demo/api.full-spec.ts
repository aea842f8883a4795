import { PERMISSIONS } from '../../demo/people.mjs';
import { AccessRules } from '../../src/auth/index.js';
import type { Api } from '../support/api.js';
import { request } from '../support/http.js';
import { type Demo, startDemo, type Tenant } from '../support/tenant.js';
import { Browser } from './browser.js';

/** The GET routes of the quickstart and of messages, and who gets a 200 from them. */
const ROUTES = [
  ['/api/public', ['anonymous', 'reader', 'writer', 'admin']],
  ['/api/open', ['anonymous', 'reader', 'writer', 'admin']],
  ['/api/greeting', ['anonymous', 'reader', 'writer', 'admin']],
  ['/api/private', ['reader', 'writer', 'admin']],
  ['/api/members-only', ['reader', 'writer', 'admin']],
  ['/api/me', ['reader', 'writer', 'admin']],
  ['/api/sensitive', ['reader', 'writer', 'admin']],
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

const EVERYTHING = `openid ${PERMISSIONS.join(' ')}`;

describe('the API with tokens of the demo tenant', () => {
  let demo: Demo;
  let tenant: Tenant;
  let api: Api;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    demo = await startDemo();
    ({ tenant, api } = demo);
    for (const name of ['reader', 'writer', 'admin']) {
      const { access_token: token } = await new Browser(tenant.url).tokens(name, {
        scope: EVERYTHING,
        redirect_uri: demo.publicUrl,
      });
      tokens.set(name, token);
    }
  }, 30_000);

  afterAll(() => demo.close());

  it('has scopes that the tenant knows, and the tenant knows no other', () => {
    const required = api.app
      .get(AccessRules)
      .all()
      .flatMap(({ rule }) => rule.scopes);
    const scopes = new Set(required.flatMap((requirement) => requirement.scopes));
    expect(PERMISSIONS.toSorted()).toEqual([...scopes].toSorted());
  });

  it.each(ROUTES)('answers GET %s with 200 only for %j', async (path, allowed) => {
    const statuses = await Promise.all(
      ['anonymous', 'reader', 'writer', 'admin'].map(async (name) => {
        const { status } = await api.get(path, tokens.get(name));
        return status === 200 ? [name] : [];
      }),
    );
    expect(statuses.flat()).toEqual(allowed);
  });

  it('takes tokens for the MCP server only there, and tokens for the API only at the API', async () => {
    const fields = {
      grant_type: 'client_credentials',
      client_id: 'demo-machine',
      client_secret: 'demo-secret',
    };
    const audiences = ['https://api.example.com', demo.publicUrl, `${demo.publicUrl}/mcp`];
    const answers = await Promise.all(
      audiences.map(async (audience) => {
        const { json } = await request(tenant.url, 'POST', '/oauth/token', {
          json: { ...fields, audience },
        });
        const atApi = await api.get('/api/private', json.access_token);
        const atMcp = await api.send('POST', '/mcp', {
          token: json.access_token,
          headers: { accept: 'application/json, text/event-stream' },
          json: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
        });
        return [atApi.status, atMcp.status];
      }),
    );
    expect(answers).toEqual([
      [200, 401],
      [200, 401],
      [401, 200],
    ]);
  });

  it.each(['reader', 'admin', undefined])('refuses the broken tokens of %s', async (person) => {
    const query = person === undefined ? '' : `?person=${person}`;
    const { status, json } = await request(tenant.url, 'GET', `/demo/broken-tokens${query}`);
    expect(status).toBe(200);
    const answers = await Promise.all(
      Object.entries(json as Record<string, string>).map(async ([kind, token]) => {
        const answer = await api.get('/api/private', token);
        return [kind, answer.status, answer.json.code];
      }),
    );
    expect(answers).toEqual([
      ['expired', 401, 'token_expired'],
      ['other_audience', 401, 'audience_mismatch'],
      ['tampered', 401, 'signature_invalid'],
      ['id_token', 401, 'id_token_used'],
    ]);
  });
});
