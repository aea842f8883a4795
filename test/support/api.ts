import type { Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { APP_OPTIONS, createAdapter } from '../../src/http/adapter.js';
import { AppModule } from '../../src/app.module.js';
import { configureApp } from '../../src/app.setup.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { type Environment, loadConfig } from '../../src/config/config.js';
import { AppLogger } from '../../src/logging/app-logger.js';
import { createTestDatabase } from './database.js';
import { type Answer, type Ask, request } from './http.js';

export const AUDIENCE = 'https://api.example.com';

export interface Api {
  url: string;
  app: NestFastifyApplication;
  /** Whose tokens it accepts. */
  issuer: TestIssuer;
  get(path: string, token?: string, ask?: Ask): Promise<Answer>;
  send(method: string, path: string, ask?: Ask): Promise<Answer>;
  close(): Promise<void>;
}

export interface ApiOptions {
  /** Added to the variables that a test needs, or put in their place. */
  environment?: Environment;
  /** An issuer that the test keeps; without it the API has one of its own, and closes it. */
  issuer?: TestIssuer;
  /** One that the test has hooks on. */
  adapter?: FastifyAdapter;
  /** Added to those of the application's own module. */
  providers?: Provider[];
}

/** A configuration for tests, which log nothing and reach no other issuer. */
export function testConfig(issuer: string, environment: Environment = {}) {
  return loadConfig({
    ISSUER_BASE_URL: issuer,
    AUTH0_AUDIENCE: AUDIENCE,
    LOG_LEVEL: 'fatal',
    // They take longer to load than everything else.
    DOCS: 'off',
    ...environment,
  });
}

/** Starts the application as `main.ts` does, on a loopback port of its own, with a database of its own. */
export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const issuer = options.issuer ?? (await createTestIssuer({ audience: AUDIENCE }));
  const database = await createTestDatabase();
  const config = testConfig(issuer.url, { ...database.environment, ...options.environment });
  const root = AppModule.register(config);
  const app = await NestFactory.create<NestFastifyApplication>(
    { ...root, providers: [...(root.providers ?? []), ...(options.providers ?? [])] },
    options.adapter ?? createAdapter(),
    { ...APP_OPTIONS, logger: new AppLogger(config), abortOnError: false },
  );
  await configureApp(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    app,
    issuer,
    get: (path, token, ask) => request(url, 'GET', path, { ...ask, token }),
    send: (method, path, ask) => request(url, method, path, ask),
    close: async () => {
      await app.close();
      await database.drop();
      if (options.issuer === undefined) await issuer.close();
    },
  };
}
