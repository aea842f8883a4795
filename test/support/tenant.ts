import { apiVariables } from '../../demo/api.mjs';
import { freePorts } from '../../demo/check.tools.mjs';
import type { startTenant, TenantOptions } from '../../demo/tenant.mjs';
import type { Clock } from '../../src/auth/index.js';
import type { TestIssuer } from '../../src/auth/testing/index.js';
import { type Api, startApi } from './api.js';

export type Tenant = Awaited<ReturnType<typeof startTenant>>;

/**
 * Starts the demo's tenant in this process, together with an API. The dynamic import is needed from
 * Node 24.9 on: Jest refuses `jose` to jwks-rsa while oidc-provider is still importing it.
 */
export async function startDemoTenant(options?: TenantOptions): Promise<Tenant> {
  const tenant = await import('../../demo/tenant.mjs');
  return tenant.startTenant(options);
}

export interface Demo {
  tenant: Tenant;
  api: Api;
  /** The origin of the API that the tenant and the clients know. */
  publicUrl: string;
  close(): Promise<void>;
}

/** Starts the demo's tenant and the API in this process, configured as `npm run demo` does. */
export async function startDemo(
  options: {
    /** Replaces the time of the API. The tenant has the real time. */
    clock?: Clock;
    accessTokenTtlSec?: number;
  } = {},
): Promise<Demo> {
  const { clock, accessTokenTtlSec } = options;
  const [port = 0] = await freePorts(1);
  const publicUrl = `http://localhost:${port}`;
  const tenant = await startDemoTenant({ apiOrigin: publicUrl, accessTokenTtlSec });
  const api = await startApi({
    // Not used: the demo tenant is the issuer.
    issuer: {} as TestIssuer,
    environment: apiVariables({ apiPort: port, issuer: tenant.url }),
    port,
    clock,
  });
  return {
    tenant,
    api,
    publicUrl,
    close: async () => {
      await api.close();
      await tenant.close();
    },
  };
}
