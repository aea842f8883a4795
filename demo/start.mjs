/** `npm run demo`: starts a tenant and the API on this machine. Read it from top to bottom. */
import { startApi, waitUntilReady } from './api.mjs';
import { StartError } from './start-error.mjs';
import { seed } from './seed.mjs';
import { checkDataDir, checkPorts, readSettings } from './settings.mjs';
import { startTenant } from './tenant.mjs';
import { welcome } from './welcome.mjs';

/** Stop what was started. Called in reverse order. */
const closers = [];
const ending = new AbortController();

async function start() {
  const settings = readSettings(process.env);
  const { apiOrigin, apiPort, tenantPort, dataDir, accessTokenTtlSec } = settings;
  await checkPorts(settings);
  await checkDataDir(settings);

  console.log('Starting a tenant and the API on this machine …');
  const tenant = await startTenant({ port: tenantPort, dataDir, apiOrigin, accessTokenTtlSec });
  closers.push(() => tenant.close());
  const issuer = tenant.url;

  const api = await startApi({ apiPort, dataDir, issuer });
  closers.push(() => api.close());
  void api.ended.then(({ code, signal }) =>
    end(
      code || 1,
      `The API exited unexpectedly (${signal ?? `exit code ${code}`}). The demo has stopped.`,
    ),
  );

  await waitUntilReady(`${issuer}.well-known/jwks.json`, ending.signal);
  await waitUntilReady(`${apiOrigin}/health/ready`, ending.signal);
  await seed({ apiOrigin, issuer });
  const colors = process.stdout.isTTY && process.stdout.hasColors();
  console.log(welcome({ apiOrigin, issuer }, { colors }));
}

/**
 * Stops everything and exits. Later calls do nothing: their reasons follow from the first one.
 *
 * @param {number} code
 * @param {unknown} [reason] printed to the error output
 */
async function end(code, reason) {
  if (ending.signal.aborted) return;
  ending.abort();
  if (reason !== undefined) console.error(reason);
  for (const close of closers.toReversed()) await close();
  process.exit(code);
}

// `once`: a second Ctrl-C has Node's default effect and ends the demo at once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void end(0));

try {
  await start();
} catch (error) {
  await end(1, error instanceof StartError ? error.message : error);
}
