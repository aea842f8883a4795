/** `npm run demo`: a tenant and the API on this machine. Read from top to bottom. */
import { buildApi, startApi, untilAnswered } from './api.mjs';
import { Refusal } from './refusal.mjs';
import { seed } from './seed.mjs';
import { readSettings, refuseTakenPorts } from './settings.mjs';
import { startTenant } from './tenant.mjs';
import { welcome } from './welcome.mjs';

/** Ends what was started, the last first. */
const closers = [];
const ending = new AbortController();

async function start() {
  const settings = readSettings(process.env);
  const { apiOrigin, apiPort, tenantPort, dataDir, accessTokenTtlSec } = settings;
  await refuseTakenPorts(settings);

  console.log('Building the API …');
  await buildApi(ending.signal);

  const tenant = await startTenant({ port: tenantPort, dataDir, apiOrigin, accessTokenTtlSec });
  closers.push(() => tenant.close());
  const issuer = tenant.url;

  const api = await startApi({ apiPort, dataDir, issuer });
  closers.push(() => api.close());
  void api.ended.then(({ code, signal }) =>
    end(
      code || 1,
      `The API has ended by itself (${signal ?? `exit code ${code}`}), and the demo with it.`,
    ),
  );

  await untilAnswered(`${issuer}.well-known/jwks.json`, ending.signal);
  await untilAnswered(`${apiOrigin}/api/public`, ending.signal);
  await seed({ apiOrigin, issuer });
  console.log(welcome({ apiOrigin, issuer }));
}

/**
 * Ends everything, once: what happens on the way out is its consequence.
 *
 * @param {number} code
 * @param {unknown} [reason]
 */
async function end(code, reason) {
  if (ending.signal.aborted) return;
  ending.abort();
  if (reason !== undefined) console.error(reason);
  for (const close of closers.toReversed()) await close();
  process.exit(code);
}

// A second Ctrl-C finds no listener, and so ends the demo at once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void end(0));

try {
  await start();
} catch (error) {
  await end(1, error instanceof Refusal ? error.message : error);
}
