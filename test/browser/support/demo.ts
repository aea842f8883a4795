import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi, waitUntilReady } from '../../../demo/api.mjs';
import { freePorts } from '../../../demo/check.tools.mjs';
import { seed } from '../../../demo/seed.mjs';
import { startTenant } from '../../../demo/tenant.mjs';

/** A demo on free ports with its own data. The tenant and the API can be restarted separately. */
export interface Demo {
  /** Address of the API, which serves the browser client. */
  url: string;
  issuer: string;
  /** Starts the tenant with the same keys and without sessions. */
  startTenant(): Promise<void>;
  stopTenant(): Promise<void>;
  startApi(): Promise<void>;
  stopApi(): Promise<void>;
  close(): Promise<void>;
}

export interface DemoOptions {
  /** Lifetime of access tokens. @default a day */
  tokenSec?: number;
  /** Variables of the API, added to those of the demo or replacing them. */
  variables?: Record<string, string>;
}

/** Starts the tenant and the API. */
export async function startDemo({ tokenSec, variables }: DemoOptions = {}): Promise<Demo> {
  const [apiPort = 0, tenantPort = 0] = await freePorts(2);
  const dataDir = await mkdtemp(join(tmpdir(), 'demo-browser-'));
  const apiOrigin = `http://localhost:${apiPort}`;
  const issuer = `http://localhost:${tenantPort}/`;
  const { signal } = new AbortController();
  let tenant: Awaited<ReturnType<typeof startTenant>> | undefined;
  let api: Awaited<ReturnType<typeof startApi>> | undefined;
  const demo: Demo = {
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
      api = await startApi({ apiPort, dataDir, issuer, logLevel: 'warn', variables });
      await waitUntilReady(`${apiOrigin}/api/public`, signal);
    },
    stopApi: async () => {
      await api?.close();
      api = undefined;
    },
    close: async () => {
      await demo.stopApi();
      await demo.stopTenant();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await demo.startTenant();
  await demo.startApi();
  // It sends bearer tokens.
  if (variables?.DPOP !== 'required') await seed({ apiOrigin, issuer });
  return demo;
}
