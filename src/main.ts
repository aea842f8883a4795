import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ALL_INTERFACES, APP_OPTIONS, createAdapter } from './http/adapter.js';
import { AppModule } from './app.module.js';
import { configureApp } from './app.setup.js';
import { loadConfig } from './config/config.js';
import { AppLogger } from './logging/app-logger.js';
import { reportFailure } from './start-failure.js';

async function start(): Promise<void> {
  const config = loadConfig();
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(config),
    createAdapter(),
    { ...APP_OPTIONS, logger: new AppLogger(config), abortOnError: false },
  );
  await configureApp(app);
  // Without `useProcessExit` a signal ends the process as killed, which supervisors take for a failure.
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(config.port, config.host ?? ALL_INTERFACES);

  const logger = new Logger('Api');
  const url = new URL(await app.getUrl());
  if (config.host === undefined) url.hostname = 'localhost';
  const { issuer, audience } = config.auth;
  logger.log(`Listening on ${url.origin}: access tokens of ${issuer} for ${audience.join(', ')}`);
  for (const warning of config.warnings) logger.warn(warning);
}

try {
  await start();
} catch (error) {
  reportFailure(error);
  // What was opened until then would keep the process alive.
  process.exit(1);
}
