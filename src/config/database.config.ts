import { registerAs } from '@nestjs/config';
import { readDatabaseVariables, readEnvironment } from './environment.js';

type DatabaseVariables = ReturnType<typeof readDatabaseVariables>;

/** Options of `DatabaseModule`. */
export const databaseConfig = registerAs('database', () => toOptions(readEnvironment()));

/** The same, where the other variables need not be set. */
export const databaseConfigAlone = () => toOptions(readDatabaseVariables());

/** The database in a few words, without its credentials. */
export function describeDatabase({ url, dataDir }: ReturnType<typeof toOptions>): string {
  if (url === undefined) return `embedded in ${dataDir}`;
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}

function toOptions({ DATABASE_URL, DATA_DIR }: DatabaseVariables) {
  return { url: DATABASE_URL, dataDir: DATA_DIR };
}
