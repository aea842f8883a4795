import { ConfigModule } from '@nestjs/config';
import { databaseConfigAlone, describeDatabase } from '../config/database.config.js';
import { ConfigError, refuseEnvFile } from '../config/environment.js';
import { DataDirectoryError } from '../database/data-directory.js';
import { openDatabase } from '../database/open-database.js';
import { DatabaseUnavailableError } from '../database/outage.js';

/** Their messages are sentences for the operator and need no stack. */
const PLAIN_FAULTS = [ConfigError, DatabaseUnavailableError, DataDirectoryError];

// `npm run db:migrate`: what the application also does at start, as a step of its own.
try {
  await ConfigModule.forRoot().catch(refuseEnvFile); // reads .env
  const config = databaseConfigAlone();
  console.log(`Opening the database: ${describeDatabase(config)}`);
  const connection = await openDatabase(config);
  await connection.close();
  console.log('The database is up to date.');
} catch (error) {
  const isPlain = PLAIN_FAULTS.some((fault) => error instanceof fault);
  console.error(isPlain ? (error as Error).message : error);
  process.exitCode = 1;
}
