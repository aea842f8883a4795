/**
 * This API for tokens signed with ES256: a short version of `dist/main.js`, because no environment
 * variable sets the option `algorithms` of `AuthModule`.
 */
import { Test } from '../../node_modules/@nestjs/testing/index.js';
import { APP_OPTIONS, createAdapter } from '../../dist/http/adapter.js';
import { AppModule } from '../../dist/app.module.js';
import { configureApp } from '../../dist/app.setup.js';
import { authConfig } from '../../dist/config/auth.config.js';
import { loggingConfig } from '../../dist/config/logging.config.js';
import { serverConfig } from '../../dist/config/server.config.js';
import { AppLogger } from '../../dist/logging/app-logger.js';

const logger = new AppLogger(loggingConfig());
const testing = await Test.createTestingModule({ imports: [AppModule] })
  .setLogger(logger)
  .overrideProvider(authConfig.KEY)
  .useValue({ ...authConfig(), algorithms: ['ES256'] })
  .compile();
const app = testing.createNestApplication(createAdapter(serverConfig()), {
  ...APP_OPTIONS,
  logger,
});
await configureApp(app);
app.enableShutdownHooks(undefined, { useProcessExit: true });
const { port, host } = serverConfig();
await app.listen(port, host);
