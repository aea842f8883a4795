import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Field, GraphQLModule, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { accessMap, Public } from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { ADAPTERS, type FixtureOptions, startFixture } from '../support/fixture.js';

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

@Controller('messages')
class MessagesController {
  @Get()
  list() {
    return [];
  }
}

const rowsOf = (app: INestApplication) =>
  accessMap(app).map(({ method, path, access }) => `${method} ${path} ${access}`);

describe.each(ADAPTERS)('On %s', (adapter) => {
  const start = (given: Partial<FixtureOptions>) =>
    startFixture({ adapter, issuer, controllers: [MessagesController], ...given });

  it('the pages of @nestjs/swagger are raw routes', async () => {
    const setup = (app: INestApplication) =>
      SwaggerModule.setup('docs', app, () =>
        SwaggerModule.createDocument(app, new DocumentBuilder().build()),
      );
    await expect(start({ setup })).rejects.toThrow("  'GET /docs-json': 'why it needs no token',");
    const rawRoutes = {
      'GET /docs/*': 'API reference',
      'GET /docs-json': 'API reference',
      'GET /docs-yaml': 'API reference',
    };
    const fixture = await start({ setup, options: { rawRoutes } });
    expect(rowsOf(fixture.app)).toEqual(
      expect.arrayContaining(['GET /docs-json raw', 'GET /messages token']),
    );
    expect((await fixture.get('/docs-json')).status).toBe(200);
    expect((await fixture.get('/messages')).status).toBe(401);
    await fixture.close();
  });

  it('the endpoint of @nestjs/graphql needs no entry, because the guards run', async () => {
    @ObjectType()
    class Greeting {
      @Field()
      text!: string;
    }
    @Resolver()
    class GreetingResolver {
      @Query(() => Greeting)
      closed() {
        return { text: 'closed' };
      }

      @Query(() => Greeting)
      @Public()
      open() {
        return { text: 'open' };
      }
    }
    const graphql = (path: string | undefined, useGlobalPrefix: boolean) =>
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        ...(path && { path }),
        useGlobalPrefix,
      });
    for (const [path, useGlobalPrefix, url] of [
      [undefined, false, '/graphql'],
      ['query', true, '/api/query'],
    ] as const) {
      const fixture = await start({
        imports: [graphql(path, useGlobalPrefix)],
        providers: [GreetingResolver],
        setup: (app) => void app.setGlobalPrefix('api'),
      });
      const raw = accessMap(fixture.app).filter(({ access }) => access === 'raw');
      expect(raw.length).toBeGreaterThan(0);
      for (const each of raw) {
        expect(each.path.replace('/*', '')).toBe(url);
        expect(each.reason).toMatch(/^GraphQL: /);
      }
      const ask = async (query: string) =>
        (await fixture.ask('POST', url, { json: { query } })).json;
      expect(await ask('{ open { text } }')).toEqual({ data: { open: { text: 'open' } } });
      expect(await ask('{ closed { text } }')).toMatchObject({ errors: [{}] });
      await fixture.close();
    }
  });
});
