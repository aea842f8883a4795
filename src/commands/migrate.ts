import { ConfigModule } from '@nestjs/config';
import { databaseConfigAlone } from '../config/database.config.js';
import { ConfigError, refuseEnvFile } from '../config/environment.js';
import { openDatabase } from '../database/connection.js';
import { DirectoryInUseError } from '../database/directory-lock.js';
import { ConnectionError } from '../database/outage.js';

/** Errors whose message is enough: a stack would hide it. */
const PLAIN_FAULTS = [ConfigError, ConnectionError, DirectoryInUseError];

// `npm run db:migrate`. The application migrates at its start, too; this is for deployments that
// migrate in a step of their own.
try {
  await ConfigModule.forRoot().catch(refuseEnvFile); // reads .env
  const { url, dataDir } = databaseConfigAlone();
  const connection = await openDatabase({ url, dataDir });
  await connection.close();
  console.log(`The database is up to date: ${url === undefined ? dataDir : 'DATABASE_URL'}.`);
} catch (error) {
  const isPlain = PLAIN_FAULTS.some((fault) => error instanceof fault);
  console.error(isPlain ? (error as Error).message : error);
  process.exitCode = 1;
}
