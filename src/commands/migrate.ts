import { ConfigError, loadDatabaseConfig } from '../config/config.js';
import { openDatabase } from '../database/connection.js';
import { DirectoryInUseError } from '../database/directory-lock.js';
import { ConnectionError } from '../database/outage.js';

/** Faults of the surroundings, told in their own sentences: a stack would only hide them. */
const PLAIN_FAULTS = [ConfigError, ConnectionError, DirectoryInUseError];

// `npm run db:migrate`: the application does the same when it starts; this is for those who deploy in two steps.
try {
  const { url, dataDir } = loadDatabaseConfig();
  const connection = await openDatabase({ url, dataDir });
  await connection.close();
  console.log(`The database is up to date: ${url === undefined ? dataDir : 'DATABASE_URL'}.`);
} catch (error) {
  const isPlain = PLAIN_FAULTS.some((fault) => error instanceof fault);
  console.error(isPlain ? (error as Error).message : error);
  process.exitCode = 1;
}
