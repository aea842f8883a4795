import { type INestApplication, type Type, UseGuards } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AccessTokenGuard,
  ClaimsGuard,
  Public,
  Scopes,
  ScopesGuard,
} from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { start } from './start.js';

@WebSocketGateway({ path: '/bare' })
class BareGateway {
  @SubscribeMessage('closed')
  closed() {
    return { event: 'closed', data: {} };
  }
}

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

async function starting(gateway: Type<object>): Promise<void> {
  const setup = (app: INestApplication) => app.useWebSocketAdapter(new WsAdapter(app));
  const { app } = await start({ issuer, providers: [gateway], setup });
  await app.close();
}

it('prevents the start when the decorators of a gateway contradict each other', async () => {
  @WebSocketGateway()
  class OddGateway {
    @SubscribeMessage('odd')
    @Public()
    @Scopes('read:messages')
    odd() {
      return {};
    }
  }
  await expect(starting(OddGateway)).rejects.toThrow('OddGateway.odd has @Public() together with');
});

describe('on Nest 11, which runs no global guards on gateways', () => {
  const { prototype } = ApplicationConfig;
  // What tells Nest 12 apart.
  const method = Object.getOwnPropertyDescriptor(prototype, 'registerPreRequestHook')!;

  beforeAll(() => {
    Reflect.deleteProperty(prototype, 'registerPreRequestHook');
  });

  afterAll(() => {
    Object.defineProperty(prototype, 'registerPreRequestHook', method);
  });

  it('does not start with a gateway that is not protected', async () => {
    await expect(starting(BareGateway)).rejects.toThrow('BareGateway is not protected: Nest 11');
  });

  it('starts when the gateway uses the guards, or is public', async () => {
    @WebSocketGateway({ path: '/guarded' })
    @UseGuards(AccessTokenGuard, ScopesGuard, ClaimsGuard)
    class GuardedGateway extends BareGateway {}

    @WebSocketGateway({ path: '/public' })
    @Public()
    class PublicGateway extends BareGateway {}

    await expect(starting(GuardedGateway)).resolves.toBeUndefined();
    await expect(starting(PublicGateway)).resolves.toBeUndefined();
  });
});
