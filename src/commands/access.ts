import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { configureApp } from '../app.setup.js';
import { accessMap, accessWarnings, formatAccessMap } from '../auth/index.js';
import { variables } from '../config/environment.js';
import { CONNECTION } from '../database/connection.js';
import { APP_OPTIONS, createAdapter } from '../http/adapter.js';
import { EVERY_FEATURE, lockOf } from './access-lock.js';

const LOCK = 'access.lock';

// `npm run access`: prints every route and what it needs. The environment and `.env` do not matter.
// Neither the database nor the issuer is needed. It is for developers: production does not have
// @nestjs/testing.
try {
  const { values } = parseArgs({
    options: {
      markdown: { type: 'boolean' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
    },
  });
  // An empty value counts as unset, and `.env` does not replace it.
  for (const name of Object.keys(variables.shape)) process.env[name] = EVERY_FEATURE[name] ?? '';
  // Imported here, because it checks the environment.
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
  // Plugins add their routes here.
  await app.getHttpAdapter().getInstance().ready();
  if (values.write) {
    await writeFile(LOCK, lockOf(app));
    console.log(`Written to ${LOCK}.`);
  } else {
    const format = values.json ? 'json' : values.markdown ? 'markdown' : 'table';
    process.stdout.write(formatAccessMap(accessMap(app), format));
  }
  // Not in the output, which a program may read.
  for (const warning of accessWarnings(app)) console.error(`Warning: ${warning}`);
  await app.close();
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
}
