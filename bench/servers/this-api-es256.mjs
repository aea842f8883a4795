/**
 * This API for tokens signed with ES256. A short version of `dist/main.js`, because no environment
 * variable sets the algorithms of `AuthModule`.
 */
import { NestFactory } from '../../node_modules/@nestjs/core/index.js';
import { APP_OPTIONS, createAdapter } from '../../dist/http/adapter.js';
import { AppModule } from '../../dist/app.module.js';
import { configureApp } from '../../dist/app.setup.js';
import { loadConfig } from '../../dist/config/config.js';
import { AppLogger } from '../../dist/logging/app-logger.js';

const config = loadConfig();
config.auth.algorithms = ['ES256'];

const app = await NestFactory.create(AppModule.register(config), createAdapter(), {
  ...APP_OPTIONS,
  logger: new AppLogger(config),
});
await configureApp(app);
app.enableShutdownHooks(undefined, { useProcessExit: true });
await app.listen(config.port, config.host);
