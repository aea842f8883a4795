import { ConsoleLogger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { configureApp } from '../../src/app.setup.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { ConfigError } from '../../src/config/environment.js';
import { APP_OPTIONS, createAdapter } from '../../src/http/adapter.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { withEnvironment } from '../support/environment.js';
import { request } from '../support/http.js';

describe('Test.createTestingModule({ imports: [AppModule] })', () => {
  let database: TestDatabase;
  let issuer: TestIssuer;

  beforeAll(async () => {
    [database, issuer] = await Promise.all([createTestDatabase(), createTestIssuer()]);
  });

  afterAll(() => Promise.all([database.drop(), issuer.close()]));

  const createApp = (variables: Record<string, string>) => {
    const environment = { ISSUER_BASE_URL: issuer.url, ...database.environment, ...variables };
    return withEnvironment(environment, async () => {
      const { AppModule } = await import('../../src/app.module.js');
      const builder = Test.createTestingModule({ imports: [AppModule] });
      const testing = await builder
        .setLogger(new ConsoleLogger({ logLevels: ['fatal'] }))
        .compile();
      return testing.createNestApplication<NestFastifyApplication>(
        createAdapter({ trustedProxies: [] }),
        APP_OPTIONS,
      );
    });
  };

  const answersWith = async (variables: Record<string, string>) => {
    const app = await createApp(variables);
    await configureApp(app);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const token = issuer.mint({ aud: 'https://one.test' });
    const { status } = await request(url, 'GET', '/api/private', { token });
    const pages = await request(url, 'GET', '/');
    const docs = await request(url, 'GET', '/docs-json');
    await app.close();
    return [status, pages.status, docs.status];
  };

  it('reads the environment of each application when it is created', async () => {
    const one = { AUTH0_AUDIENCE: 'https://one.test', CLIENT: 'off' };
    const two = { AUTH0_AUDIENCE: 'https://two.test', DOCS: 'off' };
    expect(await answersWith(one)).toEqual([200, 404, 200]);
    expect(await answersWith(two)).toEqual([401, 200, 404]);
  });

  it('refuses a wrong environment, and accepts a good one afterwards', async () => {
    await expect(createApp({ AUTH0_AUDIENCE: 'a', PORT: 'x' })).rejects.toThrow(ConfigError);
    expect(await answersWith({ AUTH0_AUDIENCE: 'https://one.test' })).toEqual([200, 200, 200]);
  });
});
