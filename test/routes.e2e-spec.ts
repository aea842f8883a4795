import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAdapter } from '../src/http/adapter.js';
import { type Api, startApi } from './support/api.js';
import type { Answer } from './support/http.js';
import { expectRefusal } from './support/refusal.js';

/** The files of the browser pages. */
const CLIENT = [
  'GET /',
  'GET /vendor/auth0-spa-js.production.esm.js',
  'GET /vendor/auth0-spa-js.worker.production.js',
  ...readdirSync(join(import.meta.dirname, '../public')).map((file) => `GET /${file}`),
];

/** For operators and researchers. */
const OPERATIONS = ['GET /.well-known/security.txt', 'GET /health/live', 'GET /health/ready'];

const OPEN = [
  'GET /api/greeting',
  'GET /api/open',
  'GET /api/public',
  'GET /config.json',
  ...OPERATIONS,
  ...CLIENT,
];

/** Opened by DOCS=on. The guards do not see these routes. */
const DOCS = [
  'GET /docs',
  'GET /docs-json',
  'GET /docs-yaml',
  'GET /docs/',
  'GET /docs/*',
  'GET /docs/LICENSE',
  'GET /docs/docs/swagger-ui-init.js',
  'GET /docs/index.html',
  'GET /docs/swagger-ui-init.js',
];

describe('Among all routes of the server', () => {
  let api: Api;
  const answers = new Map<string, Answer>();

  beforeAll(async () => {
    const adapter = createAdapter({ trustedProxies: [] });
    const routes: string[] = [];
    adapter.getInstance().addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push(`${each} ${url}`);
    });
    api = await startApi({ adapter, environment: { AUTH0_CLIENT_ID: 'browser' } });
    for (const route of routes) {
      const [method, pattern] = route.split(' ') as [string, string];
      const path = pattern.replace(':id', '01890a5d-ac96-774b-bcce-b302099a8057');
      const json = ['POST', 'PATCH'].includes(method) ? { text: 'A message' } : undefined;
      answers.set(route, await api.send(method, path, { json }));
    }
  });

  afterAll(() => api.close());

  it('are those of every module', () => {
    expect([...answers.keys()]).toEqual(
      expect.arrayContaining([
        'GET /api/private',
        'HEAD /api/private',
        'PATCH /api/messages/:id',
        'DELETE /api/admin/messages/:id',
        'GET /api/admin/audit',
      ]),
    );
  });

  it('only these are open to requests without a token', () => {
    const open = [...answers].filter(([, { status }]) => status !== 401).map(([route]) => route);
    const heads = OPEN.map((route) => route.replace('GET', 'HEAD'));
    expect(open.toSorted()).toEqual([...OPEN, ...heads].toSorted());
  });

  it('every other one requires a token', () => {
    for (const [route, answer] of answers) {
      const get = route.replace('HEAD', 'GET');
      const isHead = route !== get;
      if (!OPEN.includes(get)) expectRefusal(answer, { status: 401, isHead });
    }
  });
});

describe('With DOCS=on', () => {
  it('only the API docs are open in addition', async () => {
    const adapter = createAdapter({ trustedProxies: [] });
    const routes: string[] = [];
    adapter.getInstance().addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push(`${each} ${url}`);
    });
    const api = await startApi({ adapter, environment: { DOCS: 'on' } });
    await api.close();
    const others = routes.filter((route) => !/ \/api\//.test(route));
    const open = [...CLIENT, 'GET /config.json', ...OPERATIONS, ...DOCS];
    const heads = open.map((route) => route.replace('GET', 'HEAD'));
    expect(others.toSorted()).toEqual([...open, ...heads].toSorted());
  });
});
