import type { Type } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AccessToken,
  type AccessTokenClaims,
  Claim,
  OptionalAuth,
  Public,
} from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { load } from '../../docs/load.js';
import { FakeClock } from '../support/fake-clock.js';
import { type Client, connectSocketIo, connectWs } from './clients.js';
import { start, type Started } from './start.js';

const documented = await load('docs/other-contexts.md');
const { LiveGateway, ChatGateway } = documented.exported as Record<string, Type<object>>;

/** Handlers of each kind, added to the gateways of the documentation. */
function withHandlers(Documented: Type<object>, path?: string): Type<object> {
  @WebSocketGateway(path === undefined ? {} : { path })
  class TestGateway extends Documented {
    @SubscribeMessage('public')
    @Public()
    public() {
      return { event: 'public', data: {} };
    }

    @SubscribeMessage('closed')
    closed(@AccessToken() claims: AccessTokenClaims) {
      return { event: 'closed', data: { sub: claims.sub } };
    }

    @SubscribeMessage('optional')
    @OptionalAuth()
    optional(@AccessToken('sub') sub?: string) {
      return { event: 'optional', data: { sub: sub ?? null } };
    }

    @SubscribeMessage('claimed')
    @Claim('isAdmin', true, { message: 'Administrators only' })
    claimed() {
      return { event: 'claimed', data: {} };
    }
  }
  return TestGateway;
}

@WebSocketGateway({ path: '/bare' })
class BareGateway {
  @SubscribeMessage('closed')
  closed() {
    return { event: 'closed', data: {} };
  }
}

const unauthorized = { statusCode: 401, message: 'Unauthorized' };

function refusal(statusCode: number, error: string, code: string, message: string) {
  return {
    event: 'exception',
    data: { statusCode, message, error, error_description: message, code },
  };
}

const expired = refusal(401, 'invalid_token', 'token_expired', 'The access token has expired.');

const clock = new FakeClock();
const revoked = new Set<unknown>();
const clients: Client[] = [];
let issuer: TestIssuer;
/** The check of the revocation waits for it. */
let gate = Promise.resolve();

beforeAll(async () => {
  issuer = await createTestIssuer({ now: () => clock.now() });
});

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

afterAll(async () => {
  await issuer.close();
  await documented.remove();
});

const isRevoked = async ({ jti }: AccessTokenClaims) => {
  await gate;
  return revoked.has(jti);
};

const PLATFORMS = [
  ['ws', WsAdapter, () => [withHandlers(LiveGateway!, '/live'), BareGateway], connectWs, '/live'],
  ['socket.io', IoAdapter, () => [withHandlers(ChatGateway!)], connectSocketIo, ''],
] as const;

describe.each(PLATFORMS)('a gateway on %s', (_name, Adapter, gateways, connectTo, path) => {
  let started: Started;

  beforeAll(async () => {
    started = await start({
      issuer,
      clock,
      providers: gateways(),
      options: { isRevoked },
      setup: (app) => app.useWebSocketAdapter(new Adapter(app)),
    });
  });

  afterAll(() => started.app.close());

  function connect(claims: Record<string, unknown> = {}): Client {
    const client = connectTo(started.url + path, issuer.mint(claims));
    clients.push(client);
    return client;
  }

  it('hands the verified claims to a handler', async () => {
    const client = connect({ sub: 'alice', scope: 'read:messages' });
    expect(await client.ask('closed')).toEqual({ event: 'closed', data: { sub: 'alice' } });
    expect(await client.ask('whoami')).toEqual({ event: 'whoami', data: { sub: 'alice' } });
    expect(await client.ask('optional')).toEqual({ event: 'optional', data: { sub: 'alice' } });
  });

  it('refuses a message that lacks a scope or a claim, and keeps the connection open', async () => {
    const client = connect({ sub: 'alice' });
    const lacksScope = 'The access token lacks a required scope.';
    const insufficient = 'insufficient_scope';
    expect(await client.ask('whoami')).toEqual(
      refusal(403, insufficient, insufficient, lacksScope),
    );
    expect(await client.ask('claimed')).toEqual(
      refusal(401, 'invalid_token', 'claim_requirement', 'Administrators only'),
    );
    expect(await client.ask('closed')).toMatchObject({ event: 'closed' });
  });

  it('logs a refusal with context, handler, subject and code, and without the token', async () => {
    const client = connect({ sub: 'alice' });
    started.log.clear();
    await client.ask('whoami');
    expect(started.log.starting('Refused')).toEqual([
      expect.objectContaining({
        level: 'warn',
        status: 403,
        code: 'insufficient_scope',
        context: 'ws',
        handler: 'TestGateway.whoami',
        sub: 'alice',
        expected: ['read:messages'],
      }),
    ]);
    expect(started.log.text()).not.toContain(issuer.mint({ sub: 'alice' }));
  });

  it('verifies the token with every message: it may expire', async () => {
    const client = connect();
    expect(await client.ask('closed')).toMatchObject({ event: 'closed' });
    clock.advance(3_700_000);
    expect(await client.ask('closed')).toEqual(expired);
    expect(await client.ask('optional')).toEqual(expired);
    expect(await client.ask('public')).toMatchObject({ event: 'public' });
  });

  it('verifies the token with every message: it may be revoked', async () => {
    const client = connect({ jti: path });
    expect(await client.ask('closed')).toMatchObject({ event: 'closed' });
    revoked.add(path);
    const message = 'The access token has been revoked.';
    expect(await client.ask('closed')).toEqual(
      refusal(401, 'invalid_token', 'token_revoked', message),
    );
  });

  it('lets messages wait that arrive before the token is verified', async () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const client = connect({ sub: 'early' });
    await client.opened;
    const answer = client.ask('closed');
    // The server has read the message before this one when it answers.
    const other = connect();
    await other.opened;
    expect(await other.ask('public')).toMatchObject({ event: 'public' });
    open();
    expect(await answer).toEqual({ event: 'closed', data: { sub: 'early' } });
  });

  it('closes the connection of a client whose token is refused', async () => {
    await connect({ exp: 1 }).closed;
  });
});

describe('the gateway of the documentation on ws', () => {
  let started: Started;

  beforeAll(async () => {
    started = await start({
      issuer,
      clock,
      providers: [withHandlers(LiveGateway!, '/live'), BareGateway],
      setup: (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    });
  });

  afterAll(() => started.app.close());

  function connect(path: string, token?: string): Client {
    const client = connectWs(started.url + path, token);
    clients.push(client);
    return client;
  }

  it('lets an anonymous client send what needs no token', async () => {
    const client = connect('/live');
    expect(await client.ask('public')).toMatchObject({ event: 'public' });
    expect(await client.ask('optional')).toEqual({ event: 'optional', data: { sub: null } });
    expect(await client.ask('closed')).toEqual({ event: 'exception', data: unauthorized });
    expect(await client.ask('whoami')).toEqual({ event: 'exception', data: unauthorized });
  });

  it('takes a token in a message, in place of the one that expires', async () => {
    const client = connect('/live', issuer.mint({ sub: 'alice' }));
    expect(await client.ask('closed')).toMatchObject({ data: { sub: 'alice' } });
    clock.advance(3_700_000);
    expect(await client.ask('closed')).toEqual(expired);
    const authenticate = (token: string) => client.ask('authenticate', token);
    const accepted = { event: 'authenticated', data: true };
    expect(await authenticate(issuer.mint({ sub: 'alice' }))).toEqual(accepted);
    expect(await client.ask('closed')).toMatchObject({ data: { sub: 'alice' } });
    expect(await client.ask('optional')).toMatchObject({ data: { sub: 'alice' } });
    expect(await authenticate(issuer.mint({ exp: 1 }))).toEqual({ ...accepted, data: false });
    expect(await client.ask('closed')).toEqual(expired);
  });

  it('does not let a connection become another caller, whose token a message would borrow', async () => {
    const client = connect('/live', issuer.mint({ sub: 'alice' }));
    expect(await client.ask('closed')).toMatchObject({ data: { sub: 'alice' } });
    await client.ask('authenticate', issuer.mint({ sub: 'bob' }));
    expect(await client.ask('closed')).toMatchObject({ data: { code: 'claim_invalid' } });
  });

  it('tells the developer once, and not the client, that a handshake is missing', async () => {
    const client = connect('/bare', issuer.mint());
    for (const data of [1, 2]) {
      expect(await client.ask('closed', data)).toEqual({ event: 'exception', data: unauthorized });
    }
    expect(started.log.starting('No access token for BareGateway.closed')).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('client.auth') }),
    ]);
    expect(started.log.starting('Refused')).toContainEqual(
      expect.objectContaining({ level: 'log', context: 'ws', handler: 'BareGateway.closed' }),
    );
  });
});
