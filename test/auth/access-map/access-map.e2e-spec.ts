import {
  All,
  Controller,
  Get,
  Head,
  Injectable,
  Module,
  type NestMiddleware,
  Post,
  Scope,
  Sse,
  Version,
  VersioningType,
  type INestApplication,
  type MiddlewareConsumer,
} from '@nestjs/common';
import { from } from 'rxjs';
import {
  accessMap,
  Claim,
  OptionalAuth,
  Public,
  type RouteAccess,
  Scopes,
} from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';

@Controller('messages')
class MessagesController {
  @Get()
  @Scopes('read:messages')
  list() {
    return [];
  }

  @Get(':id')
  @Claim('tier', 'premium')
  find() {
    return {};
  }

  @Post()
  @Public()
  create() {
    return {};
  }

  @Get(['old/:year-:month', 'older'])
  @OptionalAuth()
  old() {
    return [];
  }

  @All('any')
  any() {
    return {};
  }

  @Head('only-head')
  head() {}

  @Sse('events')
  events() {
    return from([]);
  }

  @Get('files/*')
  files() {
    return {};
  }
}

abstract class Listing {
  @Get('listed')
  list() {
    return [];
  }
}

@Controller('public-list')
@Public()
class PublicListController extends Listing {}

@Controller('private-list')
class PrivateListController extends Listing {}

@Controller({ path: 'scoped', scope: Scope.REQUEST })
class ScopedController {
  @Get(':id')
  find() {
    return {};
  }
}

@Controller('bound')
class BoundController {
  constructor() {
    this.find = this.find.bind(this);
  }

  @Get()
  find() {
    return {};
  }
}

@Controller({ path: 'hosted', host: ':tenant.example.com' })
class HostedController {
  @Get()
  find() {
    return {};
  }
}

@Controller({ path: 'versioned', version: ['1', '2'] })
class VersionedController {
  @Get()
  find() {
    return {};
  }

  @Get()
  @Version('3')
  @Public()
  third() {
    return {};
  }
}

@Injectable()
class Passing implements NestMiddleware {
  use(_request: unknown, _response: unknown, next: () => void) {
    next();
  }
}

@Controller('inner')
class InnerController {
  @Get()
  find() {
    return {};
  }
}

@Module({ controllers: [InnerController] })
class InnerModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(Passing).forRoutes('inner', { path: 'inner/*path', method: 1 });
    consumer.apply(Passing).forRoutes(InnerController);
  }
}

const controllers = [
  MessagesController,
  PublicListController,
  PrivateListController,
  ScopedController,
  BoundController,
  HostedController,
  VersionedController,
];

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

const ROUTES = [
  'GET /api/bound: token, BoundController.find',
  'GET /api/hosted: token, HostedController.find',
  'GET /api/inner: token, InnerController.find',
  'GET /api/messages: token, MessagesController.list',
  'POST /api/messages: public, MessagesController.create',
  'GET /api/messages/:id: token, MessagesController.find',
  'ALL /api/messages/any: token, MessagesController.any',
  'GET /api/messages/events: token, MessagesController.events',
  'GET /api/messages/files/*: token, MessagesController.files',
  'GET /api/messages/old/:year-:month: optional, MessagesController.old',
  'GET /api/messages/older: optional, MessagesController.old',
  'HEAD /api/messages/only-head: token, MessagesController.head',
  'GET /api/private-list/listed: token, PrivateListController.list',
  'GET /api/public-list/listed: public, PublicListController.list',
  'GET /api/scoped/:id: token, ScopedController.find',
  'GET /api/v1/versioned: token, VersionedController.find',
  'GET /api/v2/versioned: token, VersionedController.find',
  'GET /api/v3/versioned: public, VersionedController.third',
];

const inWords = ({ method, path, access, handler }: RouteAccess) =>
  `${method} ${path}: ${access}, ${handler}`;

describe.each(ADAPTERS)('accessMap() on %s', (adapter) => {
  let fixture: Fixture;

  afterEach(() => fixture.close());

  const start = async (setup: (app: INestApplication) => void) => {
    fixture = await startFixture({ adapter, issuer, controllers, imports: [InnerModule], setup });
    return accessMap(fixture.app);
  };

  it('lists every route with its prefix and version, and what it needs', async () => {
    const map = await start((app) => {
      app.setGlobalPrefix('api', { exclude: ['nowhere'] });
      app.enableVersioning({ type: VersioningType.URI });
      app.enableCors();
    });
    expect(map.map(inWords)).toEqual(ROUTES);
    expect(map.find(({ path }) => path === '/api/messages')).toEqual({
      method: 'GET',
      path: '/api/messages',
      access: 'token',
      scopes: [{ scopes: ['read:messages'], match: 'all' }],
      claims: [],
      handler: 'MessagesController.list',
    });
  });

  it('lists each version of a path when the version is in a header', async () => {
    const map = await start((app) => {
      app.enableVersioning({ type: VersioningType.HEADER, header: 'Version' });
    });
    expect(map.filter(({ path }) => path === '/versioned').map(inWords)).toEqual([
      'GET /versioned: token, VersionedController.find',
      'GET /versioned: public, VersionedController.third',
    ]);
  });
});
