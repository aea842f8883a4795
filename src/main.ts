import type { ConfigType } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, configuration } from './app.module.js';
import { configureApp } from './app.setup.js';
import { databaseConfig, describeDatabase } from './config/database.config.js';
import { loggingConfig } from './config/logging.config.js';
import { serverConfig } from './config/server.config.js';
import { exitOnSignal } from './exit-on-signal.js';
import { ALL_INTERFACES, APP_OPTIONS, createAdapter } from './http/adapter.js';
import { AppLogger } from './logging/app-logger.js';
import { reportFailure } from './start-failure.js';
import { reportStart } from './start-report.js';

async function start(): Promise<void> {
  const stopExiting = exitOnSignal(0);
  await configuration;
  // The first read of the environment: if it is wrong, nothing else starts.
  const logger = new AppLogger(loggingConfig());
  // Creating it, or waiting for PostgreSQL, takes seconds.
  logger.log(`Opening the database: ${describeDatabase(databaseConfig())}`, 'Api');
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule,
    createAdapter(serverConfig()),
    {
      ...APP_OPTIONS,
      logger,
      abortOnError: false,
    },
  );
  await configureApp(app);
  // Without `useProcessExit` the signal ends the process, which supervisors report as a failure.
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  stopExiting();
  const { port, host } = app.get<ConfigType<typeof serverConfig>>(serverConfig.KEY);
  await app.listen(port, host ?? ALL_INTERFACES);
  await reportStart(app);
}

try {
  await start();
} catch (error) {
  reportFailure(error);
  // Open connections would keep the process alive.
  process.exit(1);
}
