import { registerAs } from '@nestjs/config';
import { readDatabaseVariables, readEnvironment } from './environment.js';

type DatabaseVariables = ReturnType<typeof readDatabaseVariables>;

/** Options of `DatabaseModule`. */
export const databaseConfig = registerAs('database', () => {
  const variables = readEnvironment();
  return { ...toOptions(variables), migrate: variables.MIGRATE };
});

/** The same for a migration, where the other variables need not be set. */
export const databaseConfigAlone = () => ({
  ...toOptions(readDatabaseVariables()),
  migrate: true,
});

/** The database in a few words, without its credentials. */
export function describeDatabase({
  url,
  dataDir,
}: Pick<ReturnType<typeof toOptions>, 'url' | 'dataDir'>): string {
  if (url === undefined) return `embedded in ${dataDir}`;
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}

function toOptions(variables: DatabaseVariables) {
  return {
    url: variables.DATABASE_URL,
    dataDir: variables.DATA_DIR,
    poolSize: variables.DATABASE_POOL_SIZE,
    connectTimeoutMs: variables.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: variables.DATABASE_STATEMENT_TIMEOUT_MS,
  };
}
