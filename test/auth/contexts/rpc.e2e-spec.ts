import type { AddressInfo, Server } from 'node:net';
import {
  Controller,
  type ExecutionContext,
  type INestMicroservice,
  type Type,
} from '@nestjs/common';
import {
  ClientProxyFactory,
  Ctx,
  type MicroserviceOptions,
  MessagePattern,
  type TcpContext,
  Transport,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import {
  AccessToken,
  AuthModule,
  type AuthOptions,
  Claim,
  OptionalAuth,
  Public,
  type RequestAuth,
  TemporarilyUnavailableError,
} from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { load } from '../../docs/load.js';
import { LogRecorder } from '../support/log-recorder.js';
import { start } from './start.js';

const documented = await load('docs/other-contexts.md');
const { OrdersController, tokenOfMessage } = documented.exported as {
  OrdersController: Type<object>;
  tokenOfMessage: NonNullable<AuthOptions['getToken']>;
};

@Controller()
class MessagesController {
  @MessagePattern('public')
  @Public()
  public() {
    return 'public';
  }

  @MessagePattern('closed')
  closed(@AccessToken('sub') sub: string, @Ctx() context: TcpContext & { auth: RequestAuth }) {
    return { sub, scopes: context.auth.scopes };
  }

  @MessagePattern('optional')
  @OptionalAuth()
  optional(@AccessToken('sub') sub?: string) {
    return sub ?? 'guest';
  }

  @MessagePattern('claimed')
  @Claim('isAdmin', true)
  claimed() {
    return 'claimed';
  }
}

const controllers = [MessagesController, OrdersController];
const unauthorized = { statusCode: 401, message: 'Unauthorized' };
const TCP = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;
const WARNING = 'A microservice is connected without { inheritAppConfig: true }';

let issuer: TestIssuer;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

afterAll(async () => {
  await issuer.close();
  await documented.remove();
});

const addressOf = (microservice: INestMicroservice) =>
  microservice.unwrap<Server>().address() as AddressInfo;

/** Sends messages to a server on TCP. Resolves with the answer, or with the error. */
function clientOf({ port }: AddressInfo) {
  const client = ClientProxyFactory.create({ ...TCP, options: { host: '127.0.0.1', port } });
  closing.push(() => client.close());
  return (pattern: string, data: object = {}): Promise<unknown> =>
    firstValueFrom(client.send<unknown>(pattern, data)).catch((error: unknown) => ({ error }));
}

async function startMicroservice(options: Partial<AuthOptions> = {}) {
  const log = new LogRecorder();
  const module = await Test.createTestingModule({
    imports: [
      AuthModule.forRoot({
        issuer: issuer.url,
        audience: issuer.audience,
        ...options,
      } as AuthOptions),
    ],
    controllers,
  })
    .setLogger(log)
    .compile();
  const app = module.createNestMicroservice<MicroserviceOptions>(TCP);
  await app.listen();
  closing.push(() => app.close());
  return { log, ask: clientOf(addressOf(app)) };
}

describe('a microservice without the option getToken', () => {
  it('refuses every message, unless the handler has @Public() or @OptionalAuth()', async () => {
    const { ask } = await startMicroservice({ unmarkedRoutes: 'open' });
    expect(await ask('public')).toBe('public');
    expect(await ask('optional', { accessToken: issuer.mint() })).toBe('guest');
    for (const pattern of ['closed', 'claimed', 'orders.list']) {
      expect(await ask(pattern, { accessToken: issuer.mint() })).toEqual({ error: unauthorized });
    }
  });

  it('tells the developer once, and not the client', async () => {
    const { ask, log } = await startMicroservice();
    await ask('closed');
    await ask('closed');
    expect(log.starting('No access token for MessagesController.closed')).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('getToken') }),
    ]);
    expect(log.starting(WARNING)).toEqual([]);
  });
});

describe('a microservice with the option getToken', () => {
  it('judges the token, scopes and claims of a message', async () => {
    const { ask, log } = await startMicroservice({ getToken: tokenOfMessage });
    const accessToken = issuer.mint({ sub: 'alice', scope: 'read:orders' });
    expect(await ask('closed', { accessToken })).toEqual({ sub: 'alice', scopes: ['read:orders'] });
    expect(await ask('orders.list', { accessToken })).toEqual({ orders: [], owner: 'alice' });
    expect(await ask('optional', { accessToken })).toBe('alice');
    expect(await ask('optional')).toBe('guest');
    expect(await ask('closed')).toEqual({ error: unauthorized });
    expect(await ask('orders.list', { accessToken: issuer.mint() })).toEqual({
      error: {
        statusCode: 403,
        message: 'The access token lacks a required scope.',
        error: 'insufficient_scope',
        error_description: 'The access token lacks a required scope.',
        code: 'insufficient_scope',
      },
    });
    expect(await ask('claimed', { accessToken })).toMatchObject({
      error: { statusCode: 401, error: 'invalid_token', code: 'claim_requirement' },
    });
    expect(await ask('optional', { accessToken: issuer.mint({ exp: 1 }) })).toMatchObject({
      error: { statusCode: 401, error: 'invalid_token', code: 'token_expired' },
    });
    expect(log.starting('Refused')).toContainEqual(
      expect.objectContaining({
        context: 'rpc',
        handler: 'OrdersController.list',
        code: 'insufficient_scope',
        sub: 'auth0|test',
      }),
    );
    expect(log.text()).not.toContain(accessToken);
  });

  it('refuses the message when it throws, and logs why', async () => {
    const getToken = () => {
      throw new Error('no such field');
    };
    const { ask, log } = await startMicroservice({ getToken });
    for (const pattern of ['closed', 'optional']) {
      expect(await ask(pattern)).toEqual({ error: unauthorized });
    }
    const cause = 'no such field';
    const refused = expect.objectContaining({ level: 'warn', context: 'rpc', cause });
    expect(log.starting('Refused')).toEqual([refused, refused]);
  });

  it('keeps a refusal that it throws: an outage is not a missing token', async () => {
    const getToken = () => {
      throw new TemporarilyUnavailableError('keys_unavailable', 5);
    };
    const { ask } = await startMicroservice({ getToken });
    const error = expect.objectContaining({ statusCode: 503, code: 'keys_unavailable' });
    expect(await ask('closed')).toEqual({ error });
  });
});

describe('a context of another kind', () => {
  const handle = async (getToken?: AuthOptions['getToken']) => {
    const { app, log } = await start({ issuer, controllers, options: { getToken } });
    closing.push(() => app.close());
    const { ExternalContextCreator } =
      await import('@nestjs/core/helpers/external-context-creator.js');
    const creator = app.get(ExternalContextCreator, { strict: false });
    const instance = app.get<MessagesController>(MessagesController);
    const handlerOf = (name: 'public' | 'claimed') =>
      creator.create(
        instance,
        MessagesController.prototype[name],
        name,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        'bot' as never,
      );
    return { log, public: handlerOf('public'), claimed: handlerOf('claimed') };
  };

  it('is refused unless the handler has @Public()', async () => {
    const handlers = await handle();
    expect(await handlers.public({})).toBe('public');
    await expect(handlers.claimed({})).rejects.toMatchObject({ status: 401 });
    expect(handlers.log.starting('No access token for MessagesController.claimed')).toHaveLength(1);
  });

  it('finds its token with the option getToken', async () => {
    const tokens: (string | undefined)[] = [
      issuer.mint({ isAdmin: true }),
      issuer.mint(),
      undefined,
    ];
    const seen: ExecutionContext[] = [];
    const handlers = await handle((context) => {
      seen.push(context);
      return tokens.shift();
    });
    expect(await handlers.claimed({})).toBe('claimed');
    await expect(handlers.claimed({})).rejects.toMatchObject({ code: 'claim_requirement' });
    await expect(handlers.claimed({})).rejects.toMatchObject({ status: 401 });
    expect(seen.map((context) => context.getType<string>())).toEqual(['bot', 'bot', 'bot']);
  });
});

describe('a hybrid application', () => {
  async function startHybrid(...inherits: boolean[]) {
    const { app, log } = await start({
      issuer,
      controllers,
      setup: (hybrid) => {
        for (const inheritAppConfig of inherits) {
          hybrid.connectMicroservice<MicroserviceOptions>(TCP, { inheritAppConfig });
        }
      },
    });
    closing.push(() => app.close());
    await app.startAllMicroservices();
    return { log, clients: app.getMicroservices().map(addressOf).map(clientOf) };
  }

  it('guards the messages with inheritAppConfig, and does not warn', async () => {
    const { clients, log } = await startHybrid(true);
    expect(await clients[0]!('closed')).toEqual({ error: unauthorized });
    expect(log.starting(WARNING)).toEqual([]);
  });

  it('warns at the start without inheritAppConfig: Nest runs no guards there', async () => {
    const { clients, log } = await startHybrid(false);
    expect(await clients[0]!('claimed')).toBe('claimed');
    expect(log.starting(WARNING)).toEqual([expect.objectContaining({ level: 'warn' })]);
  });

  it('warns of each microservice alone', async () => {
    const { log } = await startHybrid(false, true, true, false);
    expect(log.starting(WARNING)).toHaveLength(2);
  });
});

it('prevents the start when decorators of a message handler contradict each other', async () => {
  @Controller()
  class OddController {
    @MessagePattern('odd')
    @Public()
    @Claim('isAdmin', true)
    odd() {
      return {};
    }
  }
  const starting = start({ issuer, controllers: [OddController] });
  await expect(starting).rejects.toThrow('OddController.odd has @Public() together with');
});
