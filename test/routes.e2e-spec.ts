import { readFileSync } from 'node:fs';
import { accessMap, accessWarnings, formatAccessMap } from '../src/auth/index.js';
import { EVERY_FEATURE, lockOf } from '../src/commands/access-lock.js';
import { createAdapter } from '../src/http/adapter.js';
import { documentOf } from './openapi/operations.js';
import { type Api, startApi } from './support/api.js';
import type { Answer } from './support/http.js';
import { expectRefusal } from './support/refusal.js';

const ACCEPT = 'npm run access -- --write';

/** Lines that one text has and the other lacks, as a diff shows them. */
function differences(before: string, after: string): string[] {
  const [old, current] = [before, after].map((text) => text.split('\n'));
  const removed = old!.filter((line) => !current!.includes(line)).map((line) => `- ${line}`);
  const added = current!.filter((line) => !old!.includes(line)).map((line) => `+ ${line}`);
  const route = (line: string) => line.slice(2).split(' | ')[0]!;
  return [...removed, ...added].toSorted((a, b) => (route(a) < route(b) ? -1 : 1));
}

function expectLocked(lock: string, actual: string): void {
  if (lock === actual) return;
  const changes = differences(lock, actual);
  throw new Error(
    `The routes are not those of access.lock:\n\n${changes.join('\n')}\n\nIf that is meant: ${ACCEPT}`,
  );
}

const METADATA = 'https://api.example.com/.well-known/oauth-protected-resource';

/** The MCP server is a resource of its own, and describes itself. */
const MCP = '/mcp';
const MCP_REFUSAL = { metadata: METADATA + MCP, scope: 'read:messages' };

describe('Among all routes of the server', () => {
  let api: Api;
  const answers = new Map<string, Answer>();

  beforeAll(async () => {
    const adapter = createAdapter({ trustedProxies: [] });
    const routes: string[] = [];
    adapter.getInstance().addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push(`${each} ${url}`);
    });
    // With keys instead of a secret.
    const { AUTH0_DOMAIN: _, AUTH0_SIGNING_SECRET: __, ...environment } = EVERY_FEATURE;
    api = await startApi({ adapter, environment });
    for (const route of routes) {
      const [method, pattern] = route.split(' ') as [string, string];
      const path = pattern.replace(':id', '01890a5d-ac96-774b-bcce-b302099a8057');
      const json = ['POST', 'PATCH'].includes(method) ? { text: 'A message' } : undefined;
      answers.set(route, await api.send(method, path, { json }));
    }
  });

  afterAll(() => api.close());

  it('each is in access.lock, with what it needs', () => {
    expectLocked(readFileSync('access.lock', 'utf8'), lockOf(api.app));
  });

  it('a changed, an added and a removed one are shown, with the command that accepts them', () => {
    const lock = lockOf(api.app);
    const removed = 'GET /api/me | token | PrivateController.me';
    const changed = 'POST /api/messages | token, write:messages | MessagesController.create';
    const now = lock
      .replace(`${removed}\n`, '')
      .replace(changed, changed.replace('token, write:messages', 'public'))
      .concat('GET /new | token | NewController.read\n');
    expect(() => expectLocked(lock, now)).toThrow(
      [
        `- ${removed}`,
        '+ GET /new | token | NewController.read',
        `- ${changed}`,
        '+ POST /api/messages | public | MessagesController.create',
        '',
        'If that is meant: npm run access -- --write',
      ].join('\n'),
    );
  });

  it('the server has those of the map, and HEAD where there is GET', () => {
    const mapped = accessMap(api.app).map(({ method, path }) => `${method} ${path}`);
    const heads = mapped
      .filter((route) => route.startsWith('GET '))
      .map((route) => `HEAD${route.slice(3)}`);
    expect([...answers.keys()].toSorted()).toEqual([...mapped, ...heads].toSorted());
    expect(mapped).toContain('DELETE /api/admin/messages/:id');
  });

  it('every one that needs a token refuses a request without it, and no other one does', () => {
    for (const { method, path, access } of accessMap(api.app)) {
      for (const name of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
        const answer = answers.get(`${name} ${path}`)!;
        const isHead = name === 'HEAD';
        const challenge = path === MCP ? MCP_REFUSAL : { metadata: METADATA };
        if (access === 'token') expectRefusal(answer, { status: 401, ...challenge, isHead });
        else expect([name, path, answer.status]).not.toContain(401);
      }
    }
  });

  it('none is questionable, except that anyone can call what checks a logout token', () => {
    expect(accessWarnings(api.app)).toEqual([
      'Public routes that write, which anyone can call: POST /backchannel-logout ' +
        '(BackchannelLogoutController.logout).',
    ]);
  });

  it('those of controllers are in the OpenAPI document, which the page reads, with the same access', async () => {
    const { paths } = await documentOf(api);
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        ...operation['x-access'],
        // Where the page finds the claims of a login.
        stepUp: operation['x-access'].stepUp.map((one) => ({ ...one, from: undefined })),
        handler: expect.any(String) as string,
      })),
    );
    const rows = JSON.parse(formatAccessMap(accessMap(api.app), 'json')) as Row[];
    const mapped = rows.filter(({ access, path }) => access !== 'raw' && path !== MCP);
    const byRoute = (a: Row, b: Row) =>
      `${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1;
    expect(mapped.toSorted(byRoute)).toEqual(documented.toSorted(byRoute));
  });
});

interface Row {
  method: string;
  path: string;
  access: string;
}
