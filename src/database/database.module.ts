import {
  ConfigurableModuleBuilder,
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CONNECTION, type Connection, DATABASE, type DatabaseOptions } from './connection.js';
import { openDatabase } from './open-database.js';
import { DatabaseUnavailableFilter } from './outage.filter.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<DatabaseOptions>().setClassMethodName('forRoot').build();

/** Opens the database before the server listens, and answers 503 while it is unavailable. */
@Global()
@Module({
  providers: [
    { provide: CONNECTION, inject: [MODULE_OPTIONS_TOKEN], useFactory: openDatabase },
    { provide: DATABASE, inject: [CONNECTION], useFactory: ({ db }: Connection) => db },
    { provide: APP_FILTER, useClass: DatabaseUnavailableFilter },
  ],
  exports: [CONNECTION, DATABASE],
})
export class DatabaseModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(CONNECTION) private readonly connection: Connection) {
    super();
  }

  /** Nest calls this after the HTTP server has closed, so requests in progress can finish. */
  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }
}
