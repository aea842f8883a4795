import { All, Controller, Delete, Get, Post } from '@nestjs/common';
import { createAdapter } from '../../src/http/adapter.js';
import { Claim, Public, Scopes } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, startFixture } from '../auth/support/fixture.js';
import { type Api, startApi } from '../support/api.js';
import { exchange, requestText } from '../support/wire.js';
import {
  ADDRESS_HEADERS,
  DISGUISES,
  METHOD_HEADERS,
  METHODS,
  ORIGIN_HEADERS,
} from './disguises.js';
import { Witness } from './witness.js';

const SCOPES = ['messages', 'protected', 'feed', 'admin', 'rooms'].flatMap((name) => [
  `read:${name}`,
  `write:${name}`,
]);
const EVERYTHING = { scope: SCOPES.join(' '), roles: ['admin', 'editor'], isAdmin: true };

interface Route {
  method: string;
  path: string;
}

interface Target {
  url: () => string;
  witness: Witness;
  mint: (claims?: Record<string, unknown>) => string;
  /** All routes, including the open ones. */
  routes: Route[];
  /** Some handlers that need a token, so that the test cannot pass without any. */
  closed: string[];
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/**
 * Whatever a request looks like, the guards judge the handler that it reaches. Without a token, no
 * disguised path reaches a protected handler. With a token that grants nothing, it reaches only the
 * handlers that the plain paths reach.
 */
function guardsCannotBePassed(target: Target): void {
  const { witness } = target;
  const send = (method: string, path: string, headers: Record<string, string> = {}) => {
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? '{"text":"A message"}' : '';
    const type: Record<string, string> = body === '' ? {} : { 'Content-Type': 'application/json' };
    return exchange(target.url(), requestText(method, path, { ...type, ...headers }, body));
  };

  /** Routes that need a token. test/routes.e2e-spec.ts lists the open ones. */
  const closed: Route[] = [];
  const handlers: string[] = [];
  /** Handlers that need a token, but no scope or claim. */
  const permitted = new Set<string>();

  beforeAll(async () => {
    const powerful = target.mint(EVERYTHING);
    const powerless = target.mint();
    for (const route of target.routes) {
      await send(route.method, route.path);
      if (witness.reached().length > 0) continue;
      await send(route.method, route.path, bearer(powerless));
      for (const handler of witness.reached()) permitted.add(handler);
      await send(route.method, route.path, bearer(powerful));
      const reached = witness.reached();
      if (reached.length > 0) closed.push(route);
      handlers.push(...reached);
    }
  });

  const expectGuarded = async (
    request: (route: Route) => [string, string, Record<string, string>?],
  ) => {
    const powerless = target.mint();
    for (const route of closed) {
      const [method, path, headers] = request(route);
      await send(method, path, headers);
      expect([route, witness.reached()]).toEqual([route, []]);
      await send(method, path, { ...headers, ...bearer(powerless) });
      expect([route, witness.reached().filter((handler) => !permitted.has(handler))]).toEqual([
        route,
        [],
      ]);
    }
  };

  it('is reached with a token that grants what it needs', () => {
    expect(handlers).toEqual(expect.arrayContaining(target.closed));
    expect(handlers).toHaveLength(closed.length);
  });

  it.each(DISGUISES)('is not reached by a path with %s', (_, disguise) =>
    expectGuarded(({ method, path }) => [method, disguise(path)]),
  );

  it.each(METHODS)('is not reached by the method %j', (method) =>
    expectGuarded(({ path }) => [method, path]),
  );

  it.each(METHOD_HEADERS)('is not reached by a method in %s', (header) =>
    expectGuarded(({ method, path }) => [
      method === 'POST' ? 'GET' : 'POST',
      path,
      { [header]: method },
    ]),
  );

  it('is not reached by a method in the query', () =>
    expectGuarded(({ method, path }) => [
      method === 'POST' ? 'GET' : 'POST',
      `${path}?_method=${method}`,
    ]));

  it.each(ADDRESS_HEADERS)('is not reached by an address in %s', (header) =>
    expectGuarded(({ method, path }) => [method, '/', { [header]: path }]),
  );

  it.each(Object.entries(ORIGIN_HEADERS))('is not reached with the header %s: %s', (name, value) =>
    expectGuarded(({ method, path }) => [method, path, { [name]: value }]),
  );

  it.each([
    ['websocket', { Upgrade: 'websocket', Connection: 'Upgrade, close' }],
    ['h2c', { Upgrade: 'h2c', Connection: 'Upgrade, HTTP2-Settings, close', 'HTTP2-Settings': '' }],
  ])('is not reached by an upgrade to %s', (_, headers) =>
    expectGuarded(({ method, path }) => [method, path, headers]),
  );

  it('is not reached by a second request, without a token, on the same connection', async () => {
    const route = closed.find(({ method }) => method === 'GET')!;
    const good = requestText('GET', route.path, {
      Connection: 'keep-alive',
      ...bearer(target.mint(EVERYTHING)),
    });
    const answers = await exchange(target.url(), good + requestText('GET', route.path));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
    expect(witness.reached()).toHaveLength(1);
  });

  it.each([
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 44\r\n'],
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
    ['chunks that are not the last coding', 'Transfer-Encoding: chunked, identity\r\n'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n'],
    ['a folded header', 'X-Folded: a\r\n Transfer-Encoding: chunked\r\n'],
  ])('is not reached by a request that is smuggled with %s', async (_, headers) => {
    for (const { path } of closed) {
      const hidden = `0\r\n\r\nGET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      const head = `POST /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`;
      await exchange(target.url(), `${head}${headers}\r\n${hidden}`);
      expect(witness.reached()).toEqual([]);
    }
  });
}

describe('A protected route of the API', () => {
  const witness = new Witness();
  const routes: Route[] = [];
  let api: Api;

  beforeAll(async () => {
    const adapter = createAdapter({ trustedProxies: [] });
    adapter.getInstance().addHook('onRoute', ({ method, url }) => {
      const path = url.replace(':id', '01890a5d-ac96-774b-bcce-b302099a8057');
      routes.push(...[method].flat().map((each) => ({ method: each, path })));
    });
    api = await startApi({ adapter, providers: [witness.provider] });
  });

  afterAll(() => api.close());

  guardsCannotBePassed({
    url: () => api.url,
    witness,
    mint: (claims) => api.issuer.mint(claims),
    routes,
    closed: [
      'PrivateController.greet',
      'MessagesController.edit',
      'AdminMessagesController.remove',
    ],
  });

  it.each(ADDRESS_HEADERS)(
    'is not reached through an open one by an address in %s',
    async (header) => {
      for (const { path } of routes) {
        await exchange(api.url, requestText('GET', '/api/public', { [header]: path }));
        expect(witness.reached()).toEqual(['OpenController.greet']);
      }
    },
  );

  it.each(METHOD_HEADERS)(
    'for DELETE is not reached through the one for GET by %s',
    async (header) => {
      const token = api.issuer.mint({ scope: 'read:messages write:messages' });
      const posted = await api.send('POST', '/api/messages', { token, json: { text: 'Kept' } });
      const path = posted.headers.location!;
      witness.reached();
      const headers = { [header]: 'DELETE', ...bearer(token) };
      const answer = await exchange(api.url, requestText('GET', path, headers));
      expect([answer.slice(0, 12), witness.reached()]).toEqual([
        'HTTP/1.1 200',
        ['MessagesController.get'],
      ]);
      expect((await api.get(path, token)).status).toBe(200);
      witness.reached();
    },
  );
});

@Controller('api')
class VaultController {
  @Get('door')
  look() {
    return {};
  }

  @Post('door')
  knock() {
    return {};
  }

  @Get('rooms/:id')
  @Scopes('read:rooms')
  room() {
    return {};
  }

  @Delete('rooms/:id')
  @Scopes('write:rooms')
  clear() {
    return {};
  }

  @All('any')
  @Claim('isAdmin', true)
  any() {
    return {};
  }

  @Get('public')
  @Public()
  hall() {
    return {};
  }
}

describe.each(ADAPTERS)('A protected route of an application on %s', (adapter) => {
  const witness = new Witness();
  let issuer: TestIssuer;
  let fixture: Fixture;
  let url: string;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    const controllers = [VaultController];
    fixture = await startFixture({ adapter, issuer, controllers, providers: [witness.provider] });
    url = await fixture.app.getUrl();
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  guardsCannotBePassed({
    url: () => url,
    witness,
    mint: (claims) => issuer.mint(claims),
    routes: [
      { method: 'GET', path: '/api/door' },
      { method: 'POST', path: '/api/door' },
      { method: 'GET', path: '/api/rooms/a' },
      { method: 'DELETE', path: '/api/rooms/a' },
      { method: 'GET', path: '/api/any' },
      { method: 'PATCH', path: '/api/any' },
      { method: 'GET', path: '/api/public' },
    ],
    closed: [
      'VaultController.look',
      'VaultController.knock',
      'VaultController.room',
      'VaultController.clear',
      'VaultController.any',
    ],
  });
});
