import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable, type Provider } from '@nestjs/common';
import {
  Field,
  GraphQLModule,
  ObjectType,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { WsAdapter } from '@nestjs/platform-ws';
import { AccessTokenVerifier, OptionalAuth, Public, Scopes } from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { request } from '../../support/http.js';
import { ADAPTERS, startVerifier } from '../support/fixture.js';
import { start } from './start.js';

@ObjectType()
class Account {
  @Field(() => String) owner!: string;
  @Field(() => String, { nullable: true }) balance?: string;
}

@Resolver()
class QueryResolver {
  @Query(() => Account)
  @Public()
  account() {
    return { owner: 'bob' };
  }

  @Query(() => String)
  @OptionalAuth()
  greeting() {
    return 'guest';
  }

  @Query(() => String)
  closed() {
    return 'closed';
  }
}

@Resolver(() => Account)
@Scopes('read:balance')
class ClosedClassResolver {
  @ResolveField(() => String)
  balance() {
    return 'secret';
  }
}

@Resolver(() => Account)
class ClosedFieldResolver {
  @ResolveField(() => String)
  @Scopes('read:balance')
  balance() {
    return 'secret';
  }
}

@Resolver(() => Account)
class ReferenceResolver {
  @ResolveReference()
  reference() {
    return { owner: 'bob' };
  }
}

@Resolver(() => Account)
@Scopes('read:balance')
class OpenFieldResolver {
  @ResolveField(() => String)
  @Public()
  balance() {
    return 'known';
  }
}

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

const graphql = (options: Partial<ApolloDriverConfig> = {}) =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    ...options,
  });

describe('A field of GraphQL that Nest runs no guards on prevents the start', () => {
  it.each<[string, Provider]>([
    ['when it requires something', ClosedFieldResolver],
    ['when its class requires something', ClosedClassResolver],
    [
      'when a factory makes its resolver',
      { provide: 'RESOLVER', useFactory: () => new ClosedFieldResolver() },
    ],
    ['when it is the reference of a federation, which is an entry point', ReferenceResolver],
  ])('%s', async (_, provider) => {
    const starting = start({ issuer, imports: [graphql()], providers: [QueryResolver, provider] });
    await expect(starting).rejects.toThrow("Add fieldResolverEnhancers: ['guards']");
  });

  it('unless it is public', async () => {
    const { app, url } = await start({
      issuer,
      imports: [graphql()],
      providers: [QueryResolver, OpenFieldResolver],
    });
    const json = { query: '{ account { balance } }' };
    expect(await request(url, 'POST', '/graphql', { json })).toMatchObject({
      json: { data: { account: { balance: 'known' } } },
    });
    await app.close();
  });
});

describe.each(ADAPTERS)('Thousands of resolvers in one request on %s', (adapter) => {
  const many = (field: string) =>
    `{ ${Array.from({ length: 500 }, (_, index) => `a${index}: ${field}`).join(' ')} }`;

  it('add one Vary header, one line to the log, and are judged once', async () => {
    let judged = 0;
    const isRevoked = () => {
      judged += 1;
      return false;
    };
    const context = (req: object, reply: object) => ({ req, reply });
    const { app, url, log } = await start({
      issuer,
      adapter,
      options: { isRevoked },
      imports: [graphql(adapter === 'Fastify' ? { context } : {})],
      providers: [QueryResolver],
    });
    const ask = (query: string, token?: string) =>
      request(url, 'POST', '/graphql', { json: { query }, token, headers: { upgrade: 'h2c' } });
    const { headers } = await ask(many('greeting'));
    const vary = [headers.vary].flat().join(', ');
    expect(vary.match(/Authorization/g)).toHaveLength(1);
    await ask(many('closed'));
    expect(log.starting('Refused')).toHaveLength(1);
    expect(await ask(many('closed'), issuer.mint())).toMatchObject({ status: 200 });
    expect(judged).toBe(1);
    await app.close();
  });
});

describe('What is mounted at the path of GraphQL, but is not GraphQL,', () => {
  it.each(ADAPTERS)('prevents the start on %s', async (adapter) => {
    const starting = start({
      issuer,
      adapter,
      imports: [graphql()],
      providers: [QueryResolver],
      setup: (app) =>
        app.use('/graphql', (_: unknown, response: { end: (text: string) => void }) =>
          response.end('open'),
        ),
    });
    await expect(starting).rejects.toThrow("'ALL /graphql/*': 'why it needs no token'");
  });
});

describe('A requirement on a hook of a gateway', () => {
  it('prevents the start, because Nest runs no guard there', async () => {
    @Injectable()
    @WebSocketGateway()
    class HookGateway {
      @Scopes('read:feed')
      handleConnection() {}

      @SubscribeMessage('a')
      message() {}
    }
    const starting = start({
      issuer,
      adapter: 'Express',
      providers: [HookGateway],
      setup: (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    });
    await expect(starting).rejects.toThrow('HookGateway.handleConnection requires something');
  });
});

describe('AccessTokenVerifier', () => {
  it.each([[undefined], [7], [{ toString: 1 }], [['a.b.c']]])(
    'refuses %j, which a handshake may bring',
    async (token) => {
      const { verifier, close } = await startVerifier({ issuer });
      const judged = verifier.verify(token as never);
      await expect(judged).rejects.toMatchObject({ code: 'token_malformed' });
      expect(verifier).toBeInstanceOf(AccessTokenVerifier);
      await close();
    },
  );
});
