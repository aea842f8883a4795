/** Starts the demo tenant in a container, and posts a few messages once the API is ready. */
import { waitUntilReady } from '../../demo/api.mjs';
import { seed } from '../../demo/seed.mjs';
import { readSettings } from '../../demo/settings.mjs';
import { startTenant } from '../../demo/tenant.mjs';

const { apiOrigin, tenantPort, dataDir, accessTokenTtlSec } = readSettings(process.env);
const stopping = new AbortController();

// All interfaces, because the port is published. Publish it on a loopback address only.
const host = '0.0.0.0';
const tenant = await startTenant({ host, port: tenantPort, dataDir, apiOrigin, accessTokenTtlSec });
process.once('SIGTERM', () => {
  stopping.abort();
  void tenant.close();
});
console.log(`The tenant listens at ${tenant.url}`);

try {
  await waitUntilReady(`${apiOrigin}/api/public`, stopping.signal);
  await seed({ apiOrigin, issuer: tenant.url });
  console.log(`Open ${apiOrigin} in a browser. reader, writer and admin have the password demo.`);
} catch (error) {
  if (!stopping.signal.aborted) console.error(error.message);
}
