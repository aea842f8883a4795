import { createServer } from 'node:http';
import { loadKeys } from './keys.mjs';
import { createProvider } from './provider.mjs';
import { Refusal } from './refusal.mjs';

const DAY_SEC = 24 * 60 * 60;

/**
 * Starts an OpenID provider on this machine that looks like an Auth0 tenant to a client. It is for this machine only:
 * its passwords are known to everybody, so it listens on the loopback address.
 *
 * @param {object} [options]
 * @param {number} [options.port] 0, the default, for any free one
 * @param {string} [options.dataDir] where its keys are kept; without it they are new at each start
 * @param {number} [options.accessTokenTtlSec] a day, as with Auth0
 * @param {string} [options.apiOrigin] where the browser application is served
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` is its issuer identifier
 */
export async function startTenant({
  port = 0,
  dataDir,
  accessTokenTtlSec = DAY_SEC,
  apiOrigin = 'http://localhost:3001',
} = {}) {
  const keys = await loadKeys(dataDir);
  const server = createServer();
  await listen(server, port);
  // The issuer has the port in it, and so the provider comes after it.
  const url = `http://localhost:${server.address().port}/`;
  const provider = createProvider({ issuer: url, apiOrigin, keys, accessTokenTtlSec });
  server.on('request', provider.callback());
  return { url, close: () => close(server) };
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }) =>
      reject(
        new Refusal(`The tenant cannot listen on port ${port} (${code}): give it another one.`),
      ),
    );
    server.listen(port, 'localhost', resolve);
  });
}

function close(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
