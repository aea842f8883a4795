import {
  Controller,
  Get,
  type INestApplication,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
  RequestMethod,
} from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import express from 'express';
import { AuthModule, accessMap, accessWarnings } from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { covers } from '../../../src/auth/access-map/raw-routes.js';
import { request } from '../../support/http.js';
import { ADAPTERS, type AdapterName, startFixture, startVerifier } from '../support/fixture.js';

@Controller('messages')
class MessagesController {
  @Get()
  list(this: void) {
    return [];
  }
}

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

const answer = (_request: unknown, response: { send: (body: string) => void }) => {
  response.send('open');
};
const pass = (_request: unknown, _response: unknown, next: () => void) => next();

const newAdapter = (adapter: AdapterName) =>
  adapter === 'Fastify' ? new FastifyAdapter() : new ExpressAdapter();

type Setup = (app: INestApplication) => unknown;
type Case = [name: string, routes: string[], setup: Setup];

const instanceOf = (app: INestApplication) =>
  app.getHttpAdapter().getInstance() as { get: Function };

const BOTH: Case[] = [
  ['of the adapter', ['GET /raw'], (app) => app.getHttpAdapter().get('/raw', answer)],
  ['of the instance', ['GET /raw'], (app) => instanceOf(app).get('/raw', answer) as unknown],
  ['with parameters', ['GET /raw/:id'], (app) => app.getHttpAdapter().get('/raw/:id', answer)],
  [
    'below a route that has guards',
    ['POST /messages'],
    (app) => app.getHttpAdapter().post('/messages', answer),
  ],
  ['for every method', ['ALL /raw'], (app) => app.getHttpAdapter().all('/raw', answer)],
  [
    'that runs the method of a controller without its guards',
    ['GET /raw'],
    (app) => app.getHttpAdapter().get('/raw', MessagesController.prototype.list),
  ],
  ['mounted by app.use()', ['ALL /raw/*'], (app) => app.use('/raw', answer)],
  [
    'mounted by app.use() with a list of paths',
    ['ALL /a/*', 'ALL /b/*'],
    (app) => app.use(['/a', '/b'], answer),
  ],
];

const FASTIFY: Case[] = [
  [
    'of a plugin',
    ['GET /raw', 'GET /raw/:id'],
    (app) =>
      (app as NestFastifyApplication).register(
        (plugin, _, done) => {
          plugin.get('/', answer);
          plugin.get('/:id', answer);
          done();
        },
        { prefix: '/raw' },
      ),
  ],
  [
    'for several methods',
    ['PATCH /raw', 'PUT /raw'],
    (app) =>
      (app as NestFastifyApplication)
        .getHttpAdapter()
        .getInstance()
        .route({ method: ['PUT', 'PATCH'], url: '/raw', handler: answer }),
  ],
  [
    'of static files',
    ['GET /files/*'],
    (app) =>
      (app as NestFastifyApplication).useStaticAssets({
        root: import.meta.dirname,
        prefix: '/files/',
      }),
  ],
];

const router = () => express.Router().get('/raw', answer).post('/raw/:id', answer);

const EXPRESS: Case[] = [
  ['of a router', ['GET /raw', 'POST /raw/:id'], (app) => app.use(router())],
  ['of a router in a router', ['ALL /x/*'], (app) => app.use(express.Router().use('/x', router()))],
  ['of a router with a path', ['ALL /x/*'], (app) => app.use('/x', router())],
  ['of an application', ['ALL /*'], (app) => app.use(express().get('/raw', answer))],
  ['of an application with a path', ['ALL /x/*'], (app) => app.use('/x', express())],
  [
    'of a regular expression',
    ['GET /^\\/raw/'],
    (app) => instanceOf(app).get(/^\/raw/, answer) as unknown,
  ],
  [
    'of a list of paths',
    ['GET /a', 'GET /b'],
    (app) => instanceOf(app).get(['/a', '/b'], answer) as unknown,
  ],
  ['of a wildcard', ['GET /raw/*'], (app) => instanceOf(app).get('/raw/*path', answer) as unknown],
  [
    'for every method of a path',
    ['ALL /raw'],
    (app) =>
      (app.getHttpAdapter().getInstance() as express.Express).route('/raw').all(answer as never),
  ],
  ['mounted at a wildcard', ['ALL /raw/*'], (app) => app.use('/raw/*path', answer)],
  ['mounted at a regular expression', ['ALL /^\\/raw/*'], (app) => app.use(/^\/raw/, answer)],
  [
    'mounted on the router itself',
    ['ALL /raw/*'],
    (app) =>
      (app.getHttpAdapter().getInstance() as express.Express).router.use('/raw', answer as never),
  ],
  [
    'of static files with a prefix',
    ['GET /files/*'],
    (app) =>
      (app as NestExpressApplication).useStaticAssets(import.meta.dirname, { prefix: '/files' }),
  ],
  [
    'of static files',
    ['GET /*'],
    (app) => (app as NestExpressApplication).useStaticAssets(import.meta.dirname),
  ],
];

const CASES = [
  ...BOTH.flatMap((each) => ADAPTERS.map(([adapter]) => [adapter, ...each] as const)),
  ...FASTIFY.map((each) => ['Fastify', ...each] as const),
  ...EXPRESS.map((each) => ['Express', ...each] as const),
];

const start = (adapter: AdapterName, setup: Setup, rawRoutes?: Record<string, string>) =>
  startFixture({
    adapter,
    issuer,
    controllers: [MessagesController],
    setup: (app) => void setup(app),
    options: rawRoutes === undefined ? {} : { rawRoutes },
  });

/** What an Error of the start lists. */
const toAdd = (routes: readonly string[]) =>
  `rawRoutes: {\n${routes.map((route) => `  '${route.replaceAll('\\', '\\\\')}': 'why it needs no token',\n`).join('')}}`;

describe('A route that no guard covers', () => {
  it.each(CASES)(
    'prevents the start until rawRoutes names it: on %s, one %s',
    async (adapter, _, routes, setup) => {
      await expect(start(adapter, setup)).rejects.toThrow(toAdd(routes));

      const rawRoutes = Object.fromEntries(routes.map((route) => [route, 'A reason']));
      const fixture = await start(adapter, setup, rawRoutes);
      try {
        const raw = accessMap(fixture.app).filter(({ access }) => access === 'raw');
        expect(raw).toEqual(
          routes.map((route) => {
            const [method, path] = route.split(' ');
            return {
              method,
              path,
              access: 'raw',
              scopes: [],
              claims: [],
              stepUp: [],
              reason: 'A reason',
            };
          }),
        );
        expect(fixture.log.starting('rawRoutes')).toEqual([]);
      } finally {
        await fixture.close();
      }
    },
  );

  it.each(ADAPTERS)('prevents it on %s whenever the route is added', async (adapter) => {
    const add = (host: HttpAdapterHost) => host.httpAdapter.get('/raw', answer);

    @Injectable()
    class InConstructor {
      constructor(host: HttpAdapterHost) {
        host.init$.subscribe(() => add(host));
      }
    }
    @Injectable()
    class OnInit implements OnModuleInit {
      constructor(private readonly host: HttpAdapterHost) {}
      onModuleInit() {
        add(this.host);
      }
    }
    @Injectable()
    class OnBootstrap implements OnApplicationBootstrap {
      constructor(private readonly host: HttpAdapterHost) {}
      onApplicationBootstrap() {
        add(this.host);
      }
    }
    for (const provider of [InConstructor, OnInit, OnBootstrap]) {
      const starting = startFixture({ adapter, issuer, providers: [provider] });
      await expect(starting).rejects.toThrow(toAdd(['GET /raw']));
    }
    const { module } = await startVerifier({ issuer });
    const app = module.createNestApplication(newAdapter(adapter), { logger: false });
    await app.init();
    app.getHttpAdapter().get('/raw', answer);
    await expect(app.listen(0, '127.0.0.1')).rejects.toThrow(toAdd(['GET /raw']));
    await app.close();
  });

  it.each(ADAPTERS)('prevents it on %s if it is older than the application', async (adapter) => {
    const options = { issuer: issuer.url, audience: issuer.audience };
    const create = (rawRoutes: Record<string, string>) => {
      const http = newAdapter(adapter);
      const instance = http.getInstance() as { get: Function };
      instance.get('/raw', answer);
      instance.get(
        '/raw/:id/files/*name'.replace(/name$/, adapter === 'Fastify' ? '' : 'name'),
        answer,
      );
      http.use('/mounted', answer);
      const module = AuthModule.forRoot({ ...options, rawRoutes });
      return NestFactory.create(module, http, { logger: false, abortOnError: false });
    };
    const routes = ['ALL /mounted/*', 'GET /raw', 'GET /raw/:id/files/*'];
    const refused = await create({});
    expect(() => accessMap(refused)).toThrow('call app.init() or app.listen() first');
    await expect(refused.init()).rejects.toThrow(toAdd(routes));
    await refused.close();
    const app = await create(Object.fromEntries(routes.map((route) => [route, 'Old'])));
    await app.listen(0, '127.0.0.1');
    expect((await request(await app.getUrl(), 'GET', '/raw')).status).toBe(200);
    expect(accessMap(app).map(({ method, path }) => `${method} ${path}`)).toEqual(routes);
    await app.close();
  });

  it('prevents it on Fastify if it is for all paths, and for several versions', async () => {
    const http = new FastifyAdapter();
    http.getInstance().get('*', answer);
    const constraints = ['1.0.0', '2.0.0'].map((version) => ({ version }));
    http.getInstance().get('/versioned', { constraints: constraints[0]! }, answer);
    http.getInstance().post('/versioned', { constraints: constraints[1]! }, answer);
    const { module } = await startVerifier({ issuer });
    const app = module.createNestApplication(http, { logger: false });
    http.getInstance().put('*', answer);
    const routes = ['GET /*', 'PUT /*', 'GET /versioned', 'POST /versioned'];
    await expect(app.init()).rejects.toThrow(toAdd(routes));
    await app.close();
  });

  it('prevents it on an Express that does not keep the path of what is mounted', async () => {
    const http = new ExpressAdapter();
    http.use('/raw', answer);
    const instance = http.getInstance<{ router: { stack: object[] } }>();
    for (const layer of instance.router.stack) Reflect.deleteProperty(layer, 'rawPath');
    const { module } = await startVerifier({ issuer });
    const app = module.createNestApplication(http, { logger: false });
    app.use('/later', answer);
    await expect(app.init()).rejects.toThrow(toAdd(['ALL /*', 'ALL /later/*']));
    await app.close();
  });

  it.each(['ready', 'inject'] as const)('prevents %s() of Fastify', async (use) => {
    const { module } = await startVerifier({ issuer });
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    await app.init();
    const instance = app.getHttpAdapter().getInstance();
    instance.get('/raw', answer);
    const starting = async () => (use === 'ready' ? instance.ready() : instance.inject('/raw'));
    await expect(starting()).rejects.toThrow(toAdd(['GET /raw']));
    await app.close();
  });
});

describe.each(ADAPTERS)('Not a raw route on %s', (adapter) => {
  @Module({})
  class WithMiddleware {
    configure(consumer: MiddlewareConsumer) {
      consumer
        .apply(pass)
        .forRoutes('messages', { path: 'other/*path', method: RequestMethod.GET });
      consumer
        .apply(pass)
        .forRoutes(MessagesController, { path: '*path', method: RequestMethod.ALL });
    }
  }

  it('is what Nest adds for middleware, CORS, bodies, prefixes and security headers', async () => {
    const fixture = await startFixture({
      adapter,
      issuer,
      controllers: [MessagesController],
      imports: [WithMiddleware],
      setup: (app) => {
        app.setGlobalPrefix('api', { exclude: ['health'] });
        app.enableCors({ origin: 'https://app.example.com' });
        app.useSecurityHeaders();
        app.enableCsrfProtection();
        const type = adapter === 'Fastify' ? 'text/plain' : 'text';
        (app as NestExpressApplication).useBodyParser(type as 'text', {});
        app.use(pass);
      },
    });
    try {
      expect(accessMap(fixture.app).map(({ path }) => path)).toEqual(['/api/messages']);
      expect((await fixture.get('/api/messages')).status).toBe(401);
    } finally {
      await fixture.close();
    }
  });
});

describe('rawRoutes', () => {
  it.each([
    ['GET /docs/*', ['GET /docs', 'GET /docs/', 'GET /docs/*', 'GET /docs/a/b.js', 'HEAD /docs']],
    ['GET /*.js', ['GET /app.js', 'GET /.js']],
    ['ALL /raw', ['GET /raw', 'POST /raw', 'ALL /raw']],
    ['GET /a+b', ['GET /a+b']],
  ])('%s covers %j and nothing else', (entry, covered) => {
    const routes = [
      'GET /docs',
      'GET /docs/',
      'GET /docs/*',
      'GET /docs/a/b.js',
      'HEAD /docs',
      'POST /docs',
      'GET /docs-json',
      'GET /v1/docs',
      'GET /app.js',
      'GET /.js',
      'GET /app.jsx',
      'GET /raw',
      'POST /raw',
      'ALL /raw',
      'GET /raw/',
      'GET /a+b',
      'GET /aab',
    ];
    const isCovered = (route: string) => {
      const [method, path] = route.split(' ') as [string, string];
      return covers(entry, { method, path });
    };
    expect(routes.filter(isCovered)).toEqual(covered);
  });

  it.each(ADAPTERS)('on %s warns of an entry that covers nothing', async (adapter) => {
    const rawRoutes = { 'GET /gone/*': 'A reason', 'GET /messages': 'This route has guards' };
    const fixture = await start(adapter, () => {}, rawRoutes);
    const warnings = Object.keys(rawRoutes).map(
      (entry) => `rawRoutes names ${entry}, but the adapter has no such route.`,
    );
    expect(fixture.log.starting('rawRoutes').map(({ message }) => message)).toEqual(warnings);
    expect(accessWarnings(fixture.app)).toEqual(warnings);
    expect((await fixture.get('/messages')).status).toBe(401);
    await fixture.close();
  });
});

describe('An application without HTTP', () => {
  it.each(['createApplicationContext', 'createMicroservice'] as const)(
    'starts: %s',
    async (create) => {
      const module = AuthModule.forRoot({ issuer: issuer.url, audience: issuer.audience });
      const app = await NestFactory[create](module, { logger: false, abortOnError: false });
      await app.init();
      expect(accessMap(app as never)).toEqual([]);
      await app.close();
    },
  );
});
