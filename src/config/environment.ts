import { z } from 'zod';
import { environment, SAMPLE_AUDIENCE, SAMPLE_DOMAIN, variables } from './variables.js';

const databaseVariables = variables.pick({
  DATABASE_URL: true,
  DATA_DIR: true,
  DATABASE_POOL_SIZE: true,
  DATABASE_CONNECT_TIMEOUT_MS: true,
  DATABASE_STATEMENT_TIMEOUT_MS: true,
});

/** Variables by name, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The environment cannot be used. The message has one line per variable, and no secret. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** For `ConfigModule.forRoot().catch()`: `.env` exists, but it is not a file, or not readable. */
export function refuseEnvFile(error: NodeJS.ErrnoException): never {
  if (error instanceof ConfigError) throw error;
  throw new ConfigError(
    `.env cannot be read (${error.code}); make it a readable file, or remove it`,
  );
}

/** For the option `validate` of `ConfigModule.forRoot()`. @throws ConfigError */
export function validateEnvironment(from: Variables): Variables {
  readEnvironment(from);
  // Not the parsed values: the namespaces parse the variables when an application is created.
  return from;
}

/** @throws ConfigError with every fault at once. */
export function readEnvironment(from: Variables = process.env) {
  return read(environment, from);
}

/** Reads only the variables of the database. @throws ConfigError */
export function readDatabaseVariables(from: Variables = process.env) {
  return read(databaseVariables, from);
}

/** Sets a sample tenant and audience where there are none, for commands that only need a name. */
export function useSampleIssuer(): void {
  if (!process.env.ISSUER_BASE_URL) process.env.AUTH0_DOMAIN ||= SAMPLE_DOMAIN;
  process.env.AUTH0_AUDIENCE ||= SAMPLE_AUDIENCE;
}

function read<Schema extends z.ZodObject>(schema: Schema, from: Variables): z.infer<Schema> {
  // An empty value counts as unset.
  const given = Object.fromEntries(Object.entries(from).filter(([, value]) => value !== ''));
  const { data, error } = schema.safeParse(given);
  if (error === undefined) return data;
  const { fieldErrors } = z.flattenError<Record<string, unknown>>(error);
  const lines = Object.entries(fieldErrors).map(([name, faults]) => `${name} ${faults?.[0]}`);
  throw new ConfigError(lines.join('\n'));
}
