import { connect } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from './refusal.mjs';

/** The root of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const DAY_SEC = 24 * 60 * 60;

const DATA_DIR = fileURLToPath(new URL('.data', import.meta.url));

/**
 * What the demo takes from its surroundings: two ports, how long its access tokens live, and where its keys and messages
 * are kept. Nothing else.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
export function readSettings(environment) {
  if (environment.NODE_ENV === 'production') {
    throw new Refusal(
      'The demo does not run with NODE_ENV=production: everybody knows its passwords.',
    );
  }
  const apiPort = readPort(environment, 'DEMO_API_PORT', 3001);
  const tenantPort = readPort(environment, 'DEMO_TENANT_PORT', 4010);
  if (apiPort === tenantPort) {
    throw new Refusal(
      `The API and the tenant cannot share port ${apiPort}: change DEMO_API_PORT or DEMO_TENANT_PORT.`,
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
 * @param {number} usual
 */
function readPort(environment, name, usual) {
  return readNumber(environment, { name, usual, what: 'port', most: 65_535 });
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} name
 * @param {number} usual
 */
function readSeconds(environment, name, usual) {
  return readNumber(environment, { name, usual, what: 'number of seconds', most: DAY_SEC });
}

function readNumber(environment, { name, usual, what, most }) {
  const text = environment[name] || String(usual);
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > most) {
    throw new Refusal(
      `${name} is no ${what}: write a whole number from 1 to ${most}, such as ${usual}.`,
    );
  }
  return number;
}

/**
 * Both ports, looked at before anything is built or started.
 *
 * @param {{ apiPort: number, tenantPort: number }} settings
 */
export async function refuseTakenPorts({ apiPort, tenantPort }) {
  const wanted = [
    { port: apiPort, variable: 'DEMO_API_PORT', what: 'the API' },
    { port: tenantPort, variable: 'DEMO_TENANT_PORT', what: 'the tenant' },
  ];
  for (const { port, variable, what } of wanted) {
    if (await answers(port)) {
      throw new Refusal(
        `Port ${port}, for ${what}, is in use: end what listens there, or choose another port, ` +
          `such as ${variable}=${port + 1000} npm run demo.`,
      );
    }
  }
}

/** Asks by connecting: a trial `listen` would miss who has the same port on another address of `localhost`. */
function answers(port) {
  return new Promise((done) => {
    const socket = connect(port, 'localhost');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
