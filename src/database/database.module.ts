import {
  ConfigurableModuleBuilder,
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import {
  CONNECTION,
  type Connection,
  DATABASE,
  type DatabaseOptions,
  openDatabase,
} from './connection.js';
import { DatabaseUnavailableFilter } from './outage.filter.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<DatabaseOptions>().setClassMethodName('forRoot').build();

/** Opens the database before anything listens, hands it out as `DATABASE`, and answers for it when it is away. */
@Global()
@Module({
  providers: [
    { provide: CONNECTION, inject: [MODULE_OPTIONS_TOKEN], useFactory: openDatabase },
    { provide: DATABASE, inject: [CONNECTION], useFactory: ({ db }: Connection) => db },
    { provide: APP_FILTER, useClass: DatabaseUnavailableFilter },
  ],
  exports: [DATABASE],
})
export class DatabaseModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(CONNECTION) private readonly connection: Connection) {
    super();
  }

  /** Nest calls this after the HTTP server has closed: requests under way keep their database. */
  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }
}
