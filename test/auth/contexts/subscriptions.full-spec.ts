import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import { WebSocket } from 'ws';
import { AccessToken, Scopes } from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { load } from '../../docs/load.js';
import { FakeClock } from '../support/fake-clock.js';
import { start, type Started } from './start.js';

@Resolver()
class NewsResolver {
  @Query(() => String)
  nothing() {
    return '';
  }

  @Subscription(() => String)
  @Scopes('read:news')
  async *news(@AccessToken('sub') sub: string) {
    yield await Promise.resolve({ news: `for ${sub}` });
  }
}

type Context = (connection: { extra: { request: object } }) => object;

const documented = await load('docs/other-contexts.md');
const context = documented.exported.context as Context;
/** As some applications have it: the request that opened the connection. */
const upgrade: Context = ({ extra }) => ({ req: extra.request });

const clock = new FakeClock();
let issuer: TestIssuer;
let started: Started;

beforeAll(async () => {
  issuer = await createTestIssuer({ now: () => clock.now() });
});

afterEach(() => started.app.close());

afterAll(async () => {
  await issuer.close();
  await documented.remove();
});

/** Opens a connection of graphql-ws. The function subscribes, and resolves with the answer. */
async function connect(serverContext: Context | undefined, token?: string) {
  const subscriptions = { 'graphql-ws': true };
  const options = { driver: ApolloDriver, autoSchemaFile: true, subscriptions };
  started = await start({
    issuer,
    clock,
    imports: [GraphQLModule.forRoot<ApolloDriverConfig>({ ...options, context: serverContext })],
    providers: [NewsResolver],
  });
  const authorization = token && `Bearer ${token}`;
  const url = `${started.url.replace('http', 'ws')}/graphql`;
  const headers = authorization === undefined ? {} : { authorization };
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
  const next = () =>
    new Promise<object>((resolve) => {
      const listener = (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { type: string };
        if (message.type === 'complete') return;
        socket.off('message', listener);
        resolve(message);
      };
      socket.on('message', listener);
    });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
  await next();
  let id = 0;
  return () => {
    id += 1;
    const payload = { query: 'subscription { news }' };
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload }));
    return next();
  };
}

describe('a subscription', () => {
  it('is refused when nothing stands for its request', async () => {
    const subscribe = await connect(undefined, issuer.mint({ scope: 'read:news' }));
    expect(await subscribe()).toMatchObject({ payload: { errors: [{ message: 'Unauthorized' }] } });
  });

  it.each([
    ['of connectionParams', context],
    ['of the request that opened the connection', upgrade],
  ])('is judged by the token %s, with each operation', async (_, serverContext) => {
    const subscribe = await connect(serverContext, issuer.mint({ sub: 'me', scope: 'read:news' }));
    expect(await subscribe()).toMatchObject({ payload: { data: { news: 'for me' } } });
    clock.advance(3_700_000);
    const message = 'The access token has expired.';
    expect(await subscribe()).toMatchObject({ payload: { errors: [{ message }] } });
  });

  it('is judged by its scopes', async () => {
    const subscribe = await connect(context, issuer.mint());
    const message = 'The access token lacks a required scope.';
    expect(await subscribe()).toMatchObject({ payload: { errors: [{ message }] } });
  });
});
