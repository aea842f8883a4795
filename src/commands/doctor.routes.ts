import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { configureApp } from '../app.setup.js';
import { accessMap, type RouteAccess } from '../auth/index.js';
import { variables } from '../config/environment.js';
import { CONNECTION } from '../database/connection.js';
import { APP_OPTIONS, createAdapter } from '../http/adapter.js';

const EVERY = {
  AUTH0_DOMAIN: 'dev-abc123.us.auth0.com',
  AUTH0_AUDIENCE: 'https://api.example.com',
  AUTH0_SIGNING_SECRET: 'x'.repeat(32),
  AUTH0_CLIENT_ID: 'browser',
  CLIENT: 'on',
  DOCS: 'on',
  SECURITY_CONTACT: 'security@example.com',
  LOG_LEVEL: 'fatal',
} as Record<string, string>;

export async function routesOfApplication(): Promise<RouteAccess[]> {
  for (const name of Object.keys(variables.shape)) process.env[name] = EVERY[name] ?? '';
  const { AppModule } = await import('../app.module.js');
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(CONNECTION)
    .useValue({ db: {}, close: () => {} })
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    createAdapter({ trustedProxies: [] }),
    { ...APP_OPTIONS, logger: false },
  );
  await configureApp(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const routes = accessMap(app);
  await app.close();
  return routes;
}
