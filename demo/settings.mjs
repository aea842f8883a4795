import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from './start-error.mjs';

/** The root of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const DAY_SEC = 24 * 60 * 60;

const DATA_DIR = fileURLToPath(new URL('.data', import.meta.url));

/**
 * Reads the demo's variables: two ports, the lifetime of access tokens, and the data directory.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
export function readSettings(environment) {
  if (environment.NODE_ENV === 'production') {
    throw new StartError(
      'The demo does not run with NODE_ENV=production, because its passwords are public.',
    );
  }
  const apiPort = readPort(environment, 'DEMO_API_PORT', 3001);
  const tenantPort = readPort(environment, 'DEMO_TENANT_PORT', 4010);
  if (apiPort === tenantPort) {
    throw new StartError(
      `The API and the tenant cannot share port ${apiPort}. ` +
        'Change DEMO_API_PORT or DEMO_TENANT_PORT.',
    );
  }
  return {
    apiPort,
    apiOrigin: `http://localhost:${apiPort}`,
    tenantPort,
    accessTokenTtlSec: readSeconds(environment, 'DEMO_TOKEN_SEC', DAY_SEC),
    dataDir: resolve(environment.DEMO_DATA_DIR || DATA_DIR),
  };
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} name
 * @param {number} byDefault
 */
function readPort(environment, name, byDefault) {
  return readNumber(environment, { name, byDefault, max: 65_535 });
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} name
 * @param {number} byDefault
 */
function readSeconds(environment, name, byDefault) {
  return readNumber(environment, { name, byDefault, max: DAY_SEC });
}

function readNumber(environment, { name, byDefault, max }) {
  const text = environment[name] || String(byDefault);
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > max) {
    throw new StartError(`${name} must be an integer from 1 to ${max}, such as ${byDefault}.`);
  }
  return number;
}

/**
 * Checks both ports before anything is started.
 *
 * @param {{ apiPort: number, tenantPort: number }} settings
 * @throws {StartError} when one of them is in use
 */
export async function checkPorts({ apiPort, tenantPort }) {
  const ports = [
    { port: apiPort, variable: 'DEMO_API_PORT', what: 'the API' },
    { port: tenantPort, variable: 'DEMO_TENANT_PORT', what: 'the tenant' },
  ];
  for (const { port, variable, what } of ports) {
    // `listen` may succeed while another program uses the same port on another address of
    // `localhost`.
    if (await accepts({ port, host: 'localhost' })) {
      throw new StartError(
        `Port ${port}, for ${what}, is in use. Stop the program that uses it, or choose another ` +
          `port, such as ${commandWith(variable, port + 1000)}.`,
      );
    }
  }
}

/**
 * Checks whether another API uses the data directory. It would refuse to start, but name its own
 * variable.
 *
 * @param {{ dataDir: string }} settings
 * @throws {StartError} when the directory is in use
 */
export async function checkDataDir({ dataDir }) {
  // The API that uses the directory listens on a socket here: see src/database/directory-lock.ts.
  const lock = join(dataDir, 'database/lock');
  for (const name of await readdir(lock).catch(() => [])) {
    if (await accepts({ path: relative('', join(lock, name)) })) {
      throw new StartError(
        `Another demo uses the data directory ${dataDir}. Stop it, or choose another directory, ` +
          `such as ${commandWith('DEMO_DATA_DIR', `${dataDir}-2`)}.`,
      );
    }
  }
}

/** Whether something accepts connections there. */
function accepts(address) {
  return new Promise((done) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

/** The command that starts the demo with a variable, in the shell of this platform. */
function commandWith(variable, value) {
  return process.platform === 'win32'
    ? `$env:${variable}='${value}'; npm run demo`
    : `${variable}=${value} npm run demo`;
}
