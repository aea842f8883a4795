import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import {
  type LOG_LEVELS,
  RELATIONS,
  SAMPLE_AUDIENCE,
  SAMPLE_DOMAIN,
  type VariableName,
  VARIABLES,
} from './environment.js';

/** What the application is told from outside; `.env.example` explains each variable. */
export interface Config {
  /** Whose access tokens are accepted, and what for: options of `AuthModule`. */
  auth: {
    issuer: string;
    jwksUri?: string;
    secret?: string;
    audience: string[];
    grantClaims: string[];
  };
  /** Whether the issuer is an Auth0 tenant, whose addresses are known without asking. */
  isAuth0: boolean;
  /** Options of `DatabaseModule`. */
  database: { url?: string; dataDir: string };
  /** Client id of the application in the browser that people log in with; without it they can paste a token only. */
  clientId?: string;
  port: number;
  /** Address to listen on; undefined for all interfaces. */
  host?: string;
  /** Origins that browsers may call from. None: CORS is off. */
  corsOrigins: string[];
  logLevel: (typeof LOG_LEVELS)[number];
  /** One JSON object per line of the log, or text for a terminal. */
  logFormat: 'json' | 'text';
  /** Whether `/docs` and its document are served. */
  docs: boolean;
  /** What is probably a mistake and does not stop the start. */
  warnings: string[];
}

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment cannot be used. Each line names a variable, says what is wrong with it and what to write. */
export class ConfigError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads the configuration from the environment and from `.env` in the working directory; the environment wins.
 *
 * @throws ConfigError with every fault at once.
 */
export function loadConfig(environment: Environment = readEnvironment()): Config {
  const values = check(VARIABLES, environment);
  const isProduction = values.NODE_ENV === 'production';
  return {
    auth: {
      ...issuerOf(values),
      audience: values.AUTH0_AUDIENCE,
      grantClaims: values.GRANT_CLAIMS,
    },
    isAuth0: values.ISSUER_BASE_URL === undefined,
    database: databaseOf(values),
    clientId: values.AUTH0_CLIENT_ID,
    port: values.PORT,
    host: values.HOST,
    corsOrigins: values.CORS_ORIGINS,
    logLevel: values.LOG_LEVEL,
    logFormat: isProduction ? 'json' : 'text',
    docs: values.DOCS ?? !isProduction,
    warnings: values.AUTH0_AUDIENCE.filter(looksLikeClientId).map(
      (audience) =>
        `AUTH0_AUDIENCE has ${audience}, which looks like the client id of an application; ` +
        'access tokens are for the identifier of an API',
    ),
  };
}

/**
 * The same for the database alone, for tools that need no issuer.
 *
 * @throws ConfigError with every fault at once.
 */
export function loadDatabaseConfig(
  environment: Environment = readEnvironment(),
): Config['database'] {
  const { DATABASE_URL, DATA_DIR } = VARIABLES;
  return databaseOf(check({ DATABASE_URL, DATA_DIR }, environment));
}

/**
 * The same for the document of the API, written to a file: of a tenant and an API of nobody where none are given.
 *
 * @throws ConfigError with every fault at once.
 */
export function loadDocumentConfig(environment: Environment = readEnvironment()): Config {
  const { AUTH0_DOMAIN, ISSUER_BASE_URL, AUTH0_AUDIENCE } = environment;
  return loadConfig({
    ...environment,
    AUTH0_DOMAIN: AUTH0_DOMAIN || (ISSUER_BASE_URL ? undefined : SAMPLE_DOMAIN),
    AUTH0_AUDIENCE: AUTH0_AUDIENCE || SAMPLE_AUDIENCE,
  });
}

function readEnvironment(): Environment {
  let file: string;
  try {
    file = readFileSync('.env', 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return process.env;
    throw new ConfigError([`.env cannot be read (${code}); make it a readable file, or remove it`]);
  }
  return { ...parseEnv(file), ...process.env };
}

type Values = z.infer<z.ZodObject<typeof VARIABLES>>;

/** Checks the variables named in `variables`, alone and against each other. */
function check<Shape extends Partial<typeof VARIABLES>>(
  variables: Shape,
  environment: Environment,
) {
  const spelling = spellings(environment);
  const given = Object.fromEntries([...spelling].map(([name, key]) => [name, environment[key]]));
  const { data, error } = z.object(variables).safeParse(given);
  const faults = new Map(error?.issues.map(({ path, message }) => [path[0], message]));
  const lines = (Object.keys(variables) as VariableName[]).flatMap((name) => {
    const key = spelling.get(name) ?? name;
    if (key !== name) return [`${key} is not read, its name is in the wrong case; write ${name}`];
    const fault = faults.get(name) ?? RELATIONS[name]?.(given);
    return fault === undefined ? [] : [`${name} ${fault}`];
  });
  if (data === undefined || lines.length > 0) throw new ConfigError(lines);
  return data;
}

/** How the environment spells each variable that it sets: by its name, or else by its name in another case. */
function spellings(environment: Environment): Map<VariableName, string> {
  const set = Object.keys(environment).filter((key) => environment[key]);
  const names = Object.keys(VARIABLES) as VariableName[];
  return new Map(
    names.flatMap((name) => {
      const key = set.includes(name) ? name : set.find((other) => other.toUpperCase() === name);
      return key === undefined ? [] : [[name, key]];
    }),
  );
}

/** Auth0 publishes keys at a fixed place; anybody else's are found by discovery. With a secret there are none to find. */
function issuerOf({ AUTH0_DOMAIN, ISSUER_BASE_URL, AUTH0_SIGNING_SECRET: secret }: Values) {
  const issuer = ISSUER_BASE_URL ?? `https://${AUTH0_DOMAIN}/`;
  if (secret !== undefined) return { issuer, secret };
  return ISSUER_BASE_URL === undefined
    ? { issuer, jwksUri: `${issuer}.well-known/jwks.json` }
    : { issuer };
}

function databaseOf({ DATABASE_URL, DATA_DIR }: Pick<Values, 'DATABASE_URL' | 'DATA_DIR'>) {
  return { url: DATABASE_URL, dataDir: DATA_DIR };
}

/** Auth0 makes client ids of 32 letters and digits; identifiers of APIs are URLs by its advice. */
function looksLikeClientId(audience: string): boolean {
  return /^[a-z\d]{32}$/i.test(audience);
}
