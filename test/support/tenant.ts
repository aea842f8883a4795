import type { startTenant } from '../../demo/tenant.mjs';

export type Tenant = Awaited<ReturnType<typeof startTenant>>;

/**
 * Starts the tenant of the demo beside an API in the same process. It is loaded late: from Node 24.9 on, Jest refuses jose
 * to jwks-rsa, which requires it, while oidc-provider is importing it.
 */
export async function startDemoTenant(): Promise<Tenant> {
  const tenant = await import('../../demo/tenant.mjs');
  return tenant.startTenant();
}
