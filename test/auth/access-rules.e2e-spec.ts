import {
  Controller,
  Get,
  Injectable,
  InternalServerErrorException,
  Post,
  Scope,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  AccessRules,
  AuthModule,
  Claim,
  OptionalAuth,
  Permissions,
  Public,
  Scopes,
} from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';

const WITHOUT_SCOPE = { status: 403, code: 'insufficient_scope', scope: 'admin' };

/** Replaces the method, as decorators for tracing, retries or transactions do. */
const Wrapped = (): MethodDecorator => (_target, _name, descriptor) => {
  const original = descriptor.value as unknown as () => unknown;
  descriptor.value = function (this: unknown) {
    return original.call(this);
  } as never;
};

@Controller('kept')
class KeptController {
  constructor() {
    this.bound = this.bound.bind(this);
  }

  @Get('bound')
  @Scopes('admin')
  bound() {
    return {};
  }

  @Get('wrapped')
  @Wrapped()
  @Scopes('admin')
  wrapped() {
    return {};
  }
}

@Controller()
class BaseController {
  @Get('overridden')
  @Scopes('admin')
  overridden() {
    return {};
  }
}

@Controller('derived')
class DerivedController extends BaseController {
  @Get('overridden')
  override overridden() {
    return { derived: true };
  }
}

@Public()
@Controller()
class OpenController {
  @Get('inherited')
  @Public()
  inherited() {
    return {};
  }

  @Get('public')
  @Public()
  public() {
    return {};
  }

  @Get('optional')
  @OptionalAuth()
  optional() {
    return {};
  }
}

@Controller('derived-from-open')
class DerivedFromOpenController extends OpenController {
  @Get('public')
  override public() {
    return {};
  }

  @Get('optional')
  @Scopes('admin')
  override optional() {
    return {};
  }

  @Get('added')
  added() {
    return {};
  }
}

/** Bound in a request scope: the function that handles a request is unknown at startup. */
@Injectable({ scope: Scope.REQUEST })
@Controller('lost')
class LostController {
  constructor() {
    this.bound = this.bound.bind(this);
  }

  @Get('bound')
  @Scopes('admin')
  bound() {
    return {};
  }
}

@Controller('swapped')
class SwappedController {
  constructor() {
    const [closed, open] = ['closed', 'open'].map((name) => Reflect.get(this, name) as unknown);
    Object.assign(this, { closed: open, open: closed });
  }

  @Get('closed')
  @Scopes('admin')
  closed() {
    return {};
  }

  @Get('open')
  @Public()
  open() {
    return {};
  }
}

@Controller('labelled')
class LabelledController {
  constructor() {
    Object.assign(this, { label: this.label() });
  }

  label() {
    return 'of the method';
  }

  @Get()
  read() {
    return Object.assign({}, this) as object;
  }
}

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

describe.each(ADAPTERS)('a requirement on %s', (adapter) => {
  let fixture: Fixture;

  beforeAll(async () => {
    const controllers = [
      KeptController,
      DerivedController,
      DerivedFromOpenController,
      LostController,
      SwappedController,
      LabelledController,
    ];
    fixture = await startFixture({ adapter, issuer, controllers });
  });

  afterAll(() => fixture.close());

  const get = (path: string, token?: string) => fixture.get(path, token);

  it.each([
    ['that the controller binds', '/kept/bound'],
    ['that another decorator wraps', '/kept/wrapped'],
    ['that a subclass overrides', '/derived/overridden'],
    ['that the constructor gives another function', '/swapped/closed'],
  ])('is kept for a method %s', async (_, path) => {
    expectRefusal(await get(path), { status: 401 });
    expectRefusal(await get(path, issuer.mint()), WITHOUT_SCOPE);
    expect(await get(path, issuer.mint({ scope: 'admin' }))).toMatchObject({ status: 200 });
  });

  it('applies to methods that a subclass of an open controller overrides or adds', async () => {
    expect(await get('/derived-from-open/inherited')).toMatchObject({ status: 200 });
    for (const name of ['public', 'optional', 'added']) {
      expectRefusal(await get(`/derived-from-open/${name}`), { status: 401 });
    }
    expect(await get('/derived-from-open/added', issuer.mint())).toMatchObject({ status: 200 });
    expectRefusal(await get('/derived-from-open/optional', issuer.mint()), WITHOUT_SCOPE);
  });

  it('answers 500 when the handler of a request is not a method of its controller', async () => {
    const answer = await get('/lost/bound', issuer.mint({ scope: 'admin' }));
    expect(answer).toMatchObject({ status: 500 });
    expect(fixture.log.text()).toContain('LostController');
  });

  it('is not affected by a method that the constructor replaces with a value', async () => {
    expectRefusal(await get('/labelled'), { status: 401 });
    expect((await get('/labelled', issuer.mint())).json).toEqual({ label: 'of the method' });
  });
});

describe('AccessRules', () => {
  async function start(controller: new () => object): Promise<void> {
    const module = await Test.createTestingModule({
      imports: [AuthModule.forRoot({ issuer: issuer.url, audience: 'api' })],
      controllers: [controller],
    }).compile();
    try {
      await module.init();
    } finally {
      await module.close();
    }
  }

  it.each<[string, MethodDecorator[]]>([
    ['has both @Public() and @OptionalAuth()', [Public(), OptionalAuth()]],
    ['has @Public() together with', [Public(), Scopes('a')]],
    ['has @Public() together with', [Public(), Permissions('a')]],
    ['has @OptionalAuth() together with', [OptionalAuth(), Claim('a', 'b')]],
    ['has a @Scopes() or @Permissions() without a scope', [Scopes()]],
    ['has a @Scopes() or @Permissions() without a scope', [Scopes('  ')]],
    ['has a @Scopes() or @Permissions() without a scope', [Scopes([])]],
    ['has a @Scopes() or @Permissions() without a scope', [Permissions([], { match: 'any' })]],
  ])(
    'does not start with contradictory decorators on a method: %s',
    async (problem, decorators) => {
      class OddController {
        odd() {
          return {};
        }
      }
      const method = Object.getOwnPropertyDescriptor(OddController.prototype, 'odd')!;
      for (const decorate of [Get(), ...decorators]) {
        decorate(OddController.prototype, 'odd', method);
      }
      Controller()(OddController);
      await expect(start(OddController)).rejects.toThrow(`OddController.odd ${problem}`);
    },
  );

  it('does not start with contradictory decorators on a controller', async () => {
    @Controller()
    @Public()
    @Scopes('a')
    class OddController {
      @Get()
      odd() {
        return {};
      }
    }
    await expect(start(OddController)).rejects.toThrow('OddController has @Public() together with');
  });

  it('does not start when one function has the requirements of two methods', async () => {
    @Controller()
    class AliasController {
      constructor() {
        Object.assign(this, { before: Reflect.get(this, 'now') });
      }

      @Get('before')
      @Scopes('admin')
      before() {
        return {};
      }

      @Get('now')
      @Public()
      now() {
        return {};
      }
    }
    await expect(start(AliasController)).rejects.toThrow(
      'AliasController.now and AliasController.before are the same function',
    );
  });

  it('starts when one function has the same requirements for two methods', async () => {
    @Controller()
    @Scopes('admin')
    class AliasController {
      constructor() {
        Object.assign(this, { before: Reflect.get(this, 'now') });
      }

      @Get('before')
      before() {
        return {};
      }

      @Get('now')
      now() {
        return {};
      }
    }
    await expect(start(AliasController)).resolves.toBeUndefined();
  });

  it('finds a handler that instrumentation has wrapped by the metadata of its route', async () => {
    @Controller()
    class MailController {
      @Get()
      @Scopes('read')
      list() {}

      @Post()
      @Scopes('write')
      send() {}
    }
    const module = await Test.createTestingModule({
      imports: [AuthModule.forRoot({ issuer: issuer.url, audience: 'api' })],
      controllers: [MailController],
    }).compile();
    const scopesOf = (name: keyof MailController) => {
      const handler = Object.getOwnPropertyDescriptor(MailController.prototype, name)!;
      const wrapper = wrapperOf(handler.value as () => void);
      return module.get(AccessRules).of(MailController, wrapper).scopes;
    };
    expect(scopesOf('list')).toMatchObject([{ scopes: ['read'] }]);
    expect(scopesOf('send')).toMatchObject([{ scopes: ['write'] }]);
    // A name is not enough.
    const namesake = function list() {};
    expect(() => module.get(AccessRules).of(MailController, namesake)).toThrow(
      InternalServerErrorException,
    );
    await module.close();
  });

  /** Copies a handler's metadata to a new function, as instrumentation for tracing does. */
  function wrapperOf(handler: () => void): () => void {
    const wrapper = () => handler();
    for (const key of Reflect.getMetadataKeys(handler)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), wrapper);
    }
    return wrapper;
  }

  it('reads the decorators of a controller that no module lists', async () => {
    class UnlistedController {
      list() {}
    }
    const method = Object.getOwnPropertyDescriptor(UnlistedController.prototype, 'list')!;
    const list = method.value as () => void;
    Scopes('read:unlisted')(UnlistedController.prototype, 'list', method);
    const module = await Test.createTestingModule({
      imports: [AuthModule.forRoot({ issuer: issuer.url, audience: 'api' })],
    }).compile();
    const rule = module.get(AccessRules).of(UnlistedController, list);
    expect(rule).toMatchObject({ access: 'token', scopes: [{ scopes: ['read:unlisted'] }] });
    await module.close();
  });
});
