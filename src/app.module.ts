import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/index.js';
import { ClientModule } from './browser/client.module.js';
import type { Config } from './config/config.js';
import { DatabaseModule } from './database/database.module.js';
import { FailedRequestFilter } from './logging/failed-request.filter.js';
import { MessagesModule } from './messages/messages.module.js';
import { QuickstartModule } from './quickstart/quickstart.module.js';
import { ShutdownDeadline } from './http/shutdown.js';

/**
 * The application, put together. `AuthModule` closes every route; the modules after it open what is open and say what
 * else a route needs.
 */
@Module({})
export class AppModule {
  /** Built from a configuration that is already checked, so that a bad one stops the start before anything runs. */
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot({
          isGlobal: true,
          ignoreEnvFile: true,
          skipProcessEnv: true,
          load: [() => config],
        }),
        AuthModule.forRoot(config.auth),
        DatabaseModule.forRoot(config.database),
        QuickstartModule,
        MessagesModule,
        AdminModule,
        ClientModule.register(config),
      ],
      // The application's own, and so asked last.
      providers: [ShutdownDeadline, { provide: APP_FILTER, useClass: FailedRequestFilter }],
    };
  }
}
