import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { Type } from '@nestjs/common';
import {
  Field,
  GraphQLModule,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import {
  AccessToken,
  type AccessTokenClaims,
  type AccessTokenGuard,
  Claim,
  OptionalAuth,
  Scopes,
} from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { load } from '../../docs/load.js';
import { type Answer, request } from '../../support/http.js';
import { ADAPTERS } from '../support/fixture.js';
import { start, type Started } from './start.js';

const documented = await load('docs/other-contexts.md');
const { GreetingModule, GreetingResolver, GraphqlTokenGuard } = documented.exported as {
  GreetingModule: Type<object>;
  GreetingResolver: Type<object>;
  GraphqlTokenGuard: Type<AccessTokenGuard>;
};

@ObjectType()
class Account {
  @Field(() => String)
  owner!: string;

  @Field(() => String, { nullable: true })
  balance?: string;
}

@Resolver(() => Account)
class AccountResolver {
  @Query(() => Account)
  account(@AccessToken() claims: AccessTokenClaims) {
    return { owner: claims.sub };
  }

  @ResolveField(() => String, { nullable: true })
  @Scopes('read:balance')
  balance(@Parent() { owner }: Account, @AccessToken('sub') sub: string) {
    return `${owner} ${sub}`;
  }

  @Query(() => String)
  @OptionalAuth()
  visitor(@AccessToken('sub') sub?: string) {
    return sub ?? 'guest';
  }

  @Query(() => String, { nullable: true })
  @Claim('isAdmin', true)
  admin() {
    return 'admin';
  }

  @Mutation(() => Boolean)
  @Scopes('write:account')
  close() {
    return true;
  }
}

const UNAUTHORIZED = { statusCode: 401, message: 'Unauthorized' };

let issuer: TestIssuer;
let isRevoked: (claims: AccessTokenClaims) => boolean | Promise<boolean>;
let judged = 0;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

beforeEach(() => {
  judged = 0;
  isRevoked = () => {
    judged += 1;
    return false;
  };
});

afterAll(async () => {
  await issuer.close();
  await documented.remove();
});

const graphql = (options: Partial<ApolloDriverConfig> = {}) =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    fieldResolverEnhancers: ['guards'],
    ...options,
  });

const ask = (url: string, query: string, token?: string): Promise<Answer> =>
  request(url, 'POST', '/graphql', { token, json: { query } });

/** The extensions that a refused field must have. */
const refused = (code: string, originalError: object) =>
  expect.objectContaining({ extensions: expect.objectContaining({ code, originalError }) });

describe.each(ADAPTERS)('GraphQL with Apollo on %s', (adapter) => {
  let started: Started;

  beforeAll(async () => {
    started = await start({
      issuer,
      adapter,
      options: { isRevoked: (claims) => isRevoked(claims) },
      // The module of the documentation is for Fastify.
      imports: [adapter === 'Fastify' ? GreetingModule : graphql()],
      providers: [AccountResolver, ...(adapter === 'Fastify' ? [] : [GreetingResolver])],
    });
  });

  beforeEach(() => started.log.clear());

  afterAll(() => started.app.close());

  const query = (text: string, claims?: Record<string, unknown>) =>
    ask(started.url, text, claims && issuer.mint(claims));

  it('opens a resolver with @Public()', async () => {
    expect((await query('{ hello }')).json).toEqual({ data: { hello: 'Hello!' } });
  });

  it('hands the verified claims to resolvers, and judges the token once', async () => {
    const { json, headers } = await query('{ account { owner balance } greeting visitor }', {
      sub: 'alice',
      scope: 'read:messages read:balance',
    });
    expect(json).toEqual({
      data: {
        account: { owner: 'alice', balance: 'alice alice' },
        greeting: 'Hello, alice!',
        visitor: 'alice',
      },
    });
    expect(judged).toBe(1);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('refuses a request without a token, with a challenge', async () => {
    const { status, json, headers } = await query('{ account { owner } }');
    expect(status).toBe(200);
    expect(json.errors).toEqual([refused('UNAUTHENTICATED', UNAUTHORIZED)]);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect((await query('{ visitor }')).json).toEqual({ data: { visitor: 'guest' } });
  });

  it('refuses an expired token, also where a token is optional', async () => {
    for (const text of ['{ account { owner } }', '{ visitor }']) {
      const { json, headers } = await query(text, { exp: 1 });
      expect(json.errors).toEqual([
        refused('UNAUTHENTICATED', expect.objectContaining({ code: 'token_expired' })),
      ]);
      expect(headers['www-authenticate']).toContain('error="invalid_token"');
    }
  });

  it('refuses a mutation without its scope', async () => {
    const { json, headers } = await query('mutation { close }', { scope: 'read:messages' });
    expect(json.errors).toEqual([
      refused('FORBIDDEN', expect.objectContaining({ code: 'insufficient_scope' })),
    ]);
    expect(headers['www-authenticate']).toContain('scope="write:account"');
    expect((await query('mutation { close }', { scope: 'write:account' })).json).toEqual({
      data: { close: true },
    });
  });

  it('judges every field, and answers those that pass', async () => {
    const { json } = await query('{ account { owner balance } admin }', { sub: 'alice' });
    expect(json.data).toEqual({ account: { owner: 'alice', balance: null }, admin: null });
    expect(json.errors).toHaveLength(2);
    expect(json.errors).toContainEqual(
      refused('FORBIDDEN', expect.objectContaining({ code: 'insufficient_scope' })),
    );
    expect(json.errors).toContainEqual(
      refused('UNAUTHENTICATED', expect.objectContaining({ code: 'claim_requirement' })),
    );
  });

  it('does not say UNAUTHENTICATED when the token cannot be judged', async () => {
    isRevoked = () => Promise.reject(new Error('the list is gone'));
    const { json, body, headers } = await query('{ account { owner } }', {});
    expect(json.errors).toEqual([
      expect.objectContaining({
        extensions: expect.objectContaining({
          code: 'INTERNAL_SERVER_ERROR',
          status: 503,
          originalError: expect.objectContaining({ code: 'revocation_unavailable' }),
        }),
      }),
    ]);
    expect(headers['retry-after']).toBe('5');
    expect(headers).not.toHaveProperty('www-authenticate');
    expect(body).not.toContain('the list is gone');
  });

  it('logs a refusal with context, route, handler, subject and code', async () => {
    await query('mutation { close }', { sub: 'alice' });
    expect(started.log.starting('Refused')).toEqual([
      expect.objectContaining({
        code: 'insufficient_scope',
        context: 'graphql',
        handler: 'AccountResolver.close',
        sub: 'alice',
      }),
    ]);
  });
});

describe('a subclass of AccessTokenGuard', () => {
  it('finds the request of another GraphQL context, for scopes and claims as well', async () => {
    const { app, url } = await start({
      issuer,
      options: { accessTokenGuard: GraphqlTokenGuard },
      imports: [graphql({ context: (http: object) => ({ http, req: {} }) })],
      providers: [AccountResolver],
    });
    const allowed = issuer.mint({ sub: 'alice', scope: 'read:balance', isAdmin: true });
    const text = '{ account { owner balance } admin }';
    expect((await ask(url, text, allowed)).json).toEqual({
      data: { account: { owner: 'alice', balance: 'alice alice' }, admin: 'admin' },
    });
    const { json } = await ask(url, text, issuer.mint({ sub: 'alice' }));
    expect(json.data).toEqual({ account: { owner: 'alice', balance: null }, admin: null });
    expect((await ask(url, text)).json.data).toBeNull();
    await app.close();
  });
});

it('refuses, and tells the developer why, when the context has no request', async () => {
  const { app, url, log } = await start({
    issuer,
    imports: [graphql({ context: () => ({ req: {} }) })],
    providers: [AccountResolver],
  });
  const answer = await ask(url, '{ account { owner } visitor }', issuer.mint());
  expect(answer.json.errors).toEqual([refused('UNAUTHENTICATED', UNAUTHORIZED)]);
  await ask(url, '{ account { owner } }', issuer.mint());
  const advice = log.starting('No access token for AccountResolver.account: its GraphQL context');
  expect(advice).toHaveLength(1);
  expect(answer.body).not.toContain('context');
  await app.close();
});

it('has the scopes of its resolvers in the metadata (RFC 9728 §2)', async () => {
  const { app, url } = await start({
    issuer,
    options: { publicUrl: 'https://api.example.com' },
    imports: [graphql()],
    providers: [AccountResolver],
  });
  const { json } = await request(url, 'GET', '/.well-known/oauth-protected-resource');
  expect(json.scopes_supported).toEqual(['read:balance', 'write:account']);
  await app.close();
});

it('prevents the start when a field has a requirement that Nest does not check', async () => {
  const starting = start({
    issuer,
    imports: [graphql({ fieldResolverEnhancers: [] })],
    providers: [AccountResolver],
  });
  await expect(starting).rejects.toThrow("Add fieldResolverEnhancers: ['guards']");
});
