import { ConfigModule } from '@nestjs/config';
import { databaseConfigAlone, describeDatabase } from '../config/database.config.js';
import { ConfigError, refuseEnvFile } from '../config/environment.js';
import { DataDirectoryError } from '../database/data-directory.js';
import { MigrationsError } from '../database/migrations.js';
import { openDatabase } from '../database/open-database.js';
import { DatabaseUnavailableError } from '../database/outage.js';
import { exitOnSignal } from '../exit-on-signal.js';

/** Their messages are sentences for the operator and need no stack. */
const PLAIN_FAULTS = [ConfigError, DatabaseUnavailableError, DataDirectoryError, MigrationsError];

// A migration that was interrupted must not look like one that has finished.
exitOnSignal(1);

// `npm run db:migrate`: what the application also does at start, as a step of its own.
try {
  await ConfigModule.forRoot().catch(refuseEnvFile); // reads .env
  const config = databaseConfigAlone();
  const { NODE_ENV, DATA_DIR } = process.env;
  if (config.url === undefined && NODE_ENV === 'production' && !DATA_DIR) {
    // What looks like a finished migration may be a secret that is missing.
    throw new ConfigError(
      'DATABASE_URL is missing; set it, or set DATA_DIR to migrate an embedded database',
    );
  }
  console.log(`Opening the database: ${describeDatabase(config)}`);
  const connection = await openDatabase(config);
  await connection.close();
  console.log('The database is up to date.');
} catch (error) {
  const isPlain = PLAIN_FAULTS.some((fault) => error instanceof fault);
  console.error(isPlain ? (error as Error).message : error);
  process.exitCode = 1;
}
