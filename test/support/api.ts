import type { Provider, Type } from '@nestjs/common';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { configureApp } from '../../src/app.setup.js';
import { Clock } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import type { Variables } from '../../src/config/environment.js';
import { loggingConfig } from '../../src/config/logging.config.js';
import { serverConfig } from '../../src/config/server.config.js';
import { APP_OPTIONS, createAdapter } from '../../src/http/adapter.js';
import { AppLogger } from '../../src/logging/app-logger.js';
import { CONNECTION } from '../../src/database/connection.js';
import { createTestDatabase, openTestDatabase } from './database.js';
import { withEnvironment } from './environment.js';
import { type Answer, type Ask, request } from './http.js';

export const AUDIENCE = 'https://api.example.com';

export interface Api {
  url: string;
  app: NestFastifyApplication;
  /** Its access tokens are accepted. */
  issuer: TestIssuer;
  get(path: string, token?: string, ask?: Ask): Promise<Answer>;
  send(method: string, path: string, ask?: Ask): Promise<Answer>;
  close(): Promise<void>;
}

export interface ApiOptions {
  /** Added to the variables that every test has, or replacing them. */
  environment?: Variables;
  /** The test closes this issuer itself. Without it the API has its own, and closes it. */
  issuer?: TestIssuer;
  /** Lets the API open a database of its own, which a test may close. */
  ownDatabase?: boolean;
  /** An adapter that the test has added hooks to. */
  adapter?: FastifyAdapter;
  /** Added to the providers of the root module. */
  providers?: Provider[];
  /** Where it listens, for a `PUBLIC_URL` that clients can use. By default, a free port. */
  port?: number;
  /** Replaces the time of the application. */
  clock?: Clock;
  /** Added to the controllers of the root module. */
  controllers?: Type[];
}

/**
 * Starts the application as `main.ts` does, on a free loopback port, with the database of the
 * suite.
 */
export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const issuer = options.issuer ?? (await createTestIssuer({ audience: AUDIENCE }));
  const own = options.ownDatabase ? await createTestDatabase() : undefined;
  const environment: Variables = {
    ISSUER_BASE_URL: issuer.url,
    AUTH0_AUDIENCE: AUDIENCE,
    LOG_LEVEL: 'fatal',
    // Loading the docs takes longer than everything else.
    DOCS: 'off',
    ...own?.environment,
    ...options.environment,
  };
  const isShared = !('DATABASE_URL' in environment || 'DATA_DIR' in environment);
  const app = await withEnvironment(environment, async () => {
    // Imported here, because it checks the environment.
    const { AppModule } = await import('../../src/app.module.js');
    const logger = new AppLogger(loggingConfig());
    const builder = Test.createTestingModule({
      imports: [AppModule],
      providers: options.providers ?? [],
      controllers: options.controllers ?? [],
    });
    if (isShared) builder.overrideProvider(CONNECTION).useValue(await openTestDatabase());
    if (options.clock) builder.overrideProvider(Clock).useValue(options.clock);
    const testing = await builder.setLogger(logger).compile();
    const adapter = options.adapter ?? createAdapter(serverConfig());
    return testing.createNestApplication<NestFastifyApplication>(adapter, {
      ...APP_OPTIONS,
      logger,
    });
  });
  await configureApp(app);
  await app.listen(options.port ?? 0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    app,
    issuer,
    get: (path, token, ask) => request(url, 'GET', path, { ...ask, token }),
    send: (method, path, ask) => request(url, method, path, ask),
    close: async () => {
      await app.close();
      await own?.drop();
      if (options.issuer === undefined) await issuer.close();
    },
  };
}
