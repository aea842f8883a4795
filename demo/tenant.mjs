import { createServer } from 'node:http';
import { loadKeys } from './keys.mjs';
import { createProvider } from './provider.mjs';
import { StartError } from './start-error.mjs';

const DAY_SEC = 24 * 60 * 60;

/**
 * Starts an OpenID provider that looks like an Auth0 tenant to a client. By default it listens on
 * the loopback address only, because its passwords are public.
 *
 * @param {object} [options]
 * @param {number} [options.port] 0, the default, chooses a free port
 * @param {string} [options.host] address to listen on; the issuer remains `localhost`
 * @param {string} [options.dataDir] directory of the keys; without it, every start creates new keys
 * @param {number} [options.accessTokenTtlSec] a day by default, as in Auth0
 * @param {string} [options.apiOrigin] origin of the API, which serves the browser application
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` is its issuer identifier
 */
export async function startTenant({
  port = 0,
  host = 'localhost',
  dataDir,
  accessTokenTtlSec = DAY_SEC,
  apiOrigin = 'http://localhost:3001',
} = {}) {
  const keys = await loadKeys(dataDir);
  const server = createServer();
  await listen(server, port, host);
  // The provider is created after `listen`, because the issuer contains the port.
  const url = `http://localhost:${server.address().port}/`;
  const provider = createProvider({ issuer: url, apiOrigin, keys, accessTokenTtlSec });
  server.on('request', provider.callback());
  return { url, close: () => close(server) };
}

function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }) =>
      reject(
        new StartError(`The tenant cannot listen on port ${port} (${code}). Choose another port.`),
      ),
    );
    server.listen(port, host, resolve);
  });
}

function close(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
