import { Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, configuration } from './app.module.js';
import { configureApp } from './app.setup.js';
import { authConfig, looksLikeClientId } from './config/auth.config.js';
import { browserConfig } from './config/browser.config.js';
import { databaseConfig, describeDatabase } from './config/database.config.js';
import { loggingConfig } from './config/logging.config.js';
import { serverConfig } from './config/server.config.js';
import { ALL_INTERFACES, APP_OPTIONS, createAdapter } from './http/adapter.js';
import { AppLogger } from './logging/app-logger.js';
import { reportFailure } from './start-failure.js';

async function start(): Promise<void> {
  await configuration;
  // The first read of the environment: if it is wrong, nothing else starts.
  const logger = new AppLogger(loggingConfig());
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, createAdapter(), {
    ...APP_OPTIONS,
    logger,
    abortOnError: false,
  });
  await configureApp(app);
  // Without `useProcessExit` the signal ends the process, which supervisors report as a failure.
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  const { port, host } = app.get<ConfigType<typeof serverConfig>>(serverConfig.KEY);
  await app.listen(port, host ?? ALL_INTERFACES);
  await reportStart(app);
}

/** Logs where the application listens and what it uses. */
async function reportStart(app: NestFastifyApplication): Promise<void> {
  const { host } = app.get<ConfigType<typeof serverConfig>>(serverConfig.KEY);
  const { issuer, audience } = app.get<ConfigType<typeof authConfig>>(authConfig.KEY);
  const { client, docs } = app.get<ConfigType<typeof browserConfig>>(browserConfig.KEY);
  const database = app.get<ConfigType<typeof databaseConfig>>(databaseConfig.KEY);
  const url = new URL(await app.getUrl());
  if (host === undefined) url.hostname = 'localhost';

  const logger = new Logger('Api');
  logger.log(`Listening on ${url.origin}`);
  logger.log(`Access tokens: issuer ${issuer}, audience ${audience.join(', ')}`);
  logger.log(`Database: ${describeDatabase(database)}`);
  logger.log(`Browser pages: ${client ? `${url.origin}/` : 'off, CLIENT=on serves them'}`);
  logger.log(`API reference: ${docs ? `${url.origin}/docs` : 'off, DOCS=on serves it'}`);
  for (const suspicious of audience.filter(looksLikeClientId)) {
    logger.warn(
      `AUTH0_AUDIENCE contains ${suspicious}, which looks like the client id of an application. ` +
        'Write the identifier of the API.',
    );
  }
}

try {
  await start();
} catch (error) {
  reportFailure(error);
  // Open connections would keep the process alive.
  process.exit(1);
}
