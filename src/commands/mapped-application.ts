import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { configureApp } from '../app.setup.js';
import { variables } from '../config/variables.js';
import { CONNECTION } from '../database/connection.js';
import { APP_OPTIONS, createAdapter } from '../http/adapter.js';
import { RevocationCopy } from '../revocation/revocation-copy.js';
import { EVERY_FEATURE } from './access-lock.js';

/**
 * The application with all its routes, without a database, an issuer and a port. It sets the
 * variables of this process. For developers: @nestjs/testing is not installed in production.
 */
export async function createMappedApplication(): Promise<NestFastifyApplication> {
  // An empty value counts as unset, and `.env` does not replace it.
  for (const name of Object.keys(variables.shape)) process.env[name] = EVERY_FEATURE[name] ?? '';
  // Imported here, because it checks the environment.
  const { AppModule } = await import('../app.module.js');
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(CONNECTION)
    .useValue({ db: {}, close: () => {} })
    .overrideProvider(RevocationCopy)
    .useValue({})
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    createAdapter({ trustedProxies: [] }),
    { ...APP_OPTIONS, logger: false },
  );
  await configureApp(app);
  await app.init();
  // Plugins add their routes here.
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
