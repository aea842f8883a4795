import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/index.js';
import { BrowserModule } from './browser/browser.module.js';
import { authConfig } from './config/auth.config.js';
import { browserConfig } from './config/browser.config.js';
import { databaseConfig } from './config/database.config.js';
import { refuseEnvFile } from './config/environment.js';
import { loggingConfig } from './config/logging.config.js';
import { serverConfig } from './config/server.config.js';
import { DatabaseModule } from './database/database.module.js';
import { ShutdownDeadline } from './http/shutdown.js';
import { FailedRequestFilter } from './logging/failed-request.filter.js';
import { MessagesModule } from './messages/messages.module.js';
import { QuickstartModule } from './quickstart/quickstart.module.js';

/**
 * Reads `.env` when this file is imported. Each namespace validates the environment when an
 * application is created: `validate` would do so at the import, before a test can set a variable.
 */
export const configuration = ConfigModule.forRoot({
  isGlobal: true,
  load: [authConfig, browserConfig, databaseConfig, loggingConfig, serverConfig],
}).catch(refuseEnvFile);

/**
 * The application. `AuthModule` protects every route; the modules after it say which routes are
 * public and what else a route needs.
 */
@Module({
  imports: [
    configuration,
    AuthModule.forRootAsync(authConfig.asProvider()),
    DatabaseModule.forRootAsync(databaseConfig.asProvider()),
    QuickstartModule,
    MessagesModule,
    AdminModule,
    BrowserModule,
  ],
  // Nest asks the filters of this module last.
  providers: [ShutdownDeadline, { provide: APP_FILTER, useClass: FailedRequestFilter }],
})
export class AppModule {}
