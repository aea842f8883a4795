import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApi, startApi, untilAnswered } from '../../../demo/api.mjs';
import { freePorts } from '../../../demo/check.tools.mjs';
import { startTenant } from '../../../demo/tenant.mjs';

/** The two halves of the demo, each to be ended and started again. */
export interface Parts {
  /** Where the API is, and the browser client with it. */
  url: string;
  /** The issuer's address. */
  issuer: string;
  /** Starts with the same keys and without any session, as a restarted issuer does. */
  startTenant(): Promise<void>;
  stopTenant(): Promise<void>;
  startApi(): Promise<void>;
  stopApi(): Promise<void>;
  close(): Promise<void>;
}

/** Starts both, with access tokens that live as long as a test wants. */
export async function startParts({ tokenSec }: { tokenSec: number }): Promise<Parts> {
  const [apiPort = 0, tenantPort = 0] = await freePorts(2);
  const dataDir = await mkdtemp(join(tmpdir(), 'demo-browser-'));
  const apiOrigin = `http://localhost:${apiPort}`;
  const issuer = `http://localhost:${tenantPort}/`;
  const { signal } = new AbortController();
  let tenant: Awaited<ReturnType<typeof startTenant>> | undefined;
  let api: Awaited<ReturnType<typeof startApi>> | undefined;
  const parts: Parts = {
    url: `${apiOrigin}/`,
    issuer,
    startTenant: async () => {
      const options = { port: tenantPort, dataDir, apiOrigin, accessTokenTtlSec: tokenSec };
      tenant = await startTenant(options);
    },
    stopTenant: async () => {
      await tenant?.close();
      tenant = undefined;
    },
    startApi: async () => {
      api = await startApi({ apiPort, dataDir, issuer });
      await untilAnswered(`${apiOrigin}/api/public`, signal);
    },
    stopApi: async () => {
      await api?.close();
      api = undefined;
    },
    close: async () => {
      await parts.stopApi();
      await parts.stopTenant();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await buildApi(signal);
  await parts.startTenant();
  await parts.startApi();
  return parts;
}
