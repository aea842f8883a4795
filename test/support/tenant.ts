import type { startTenant, TenantOptions } from '../../demo/tenant.mjs';

export type Tenant = Awaited<ReturnType<typeof startTenant>>;

/**
 * Starts the demo's tenant in this process, together with an API. The dynamic import is needed from
 * Node 24.9 on: Jest refuses `jose` to jwks-rsa while oidc-provider is still importing it.
 */
export async function startDemoTenant(options?: TenantOptions): Promise<Tenant> {
  const tenant = await import('../../demo/tenant.mjs');
  return tenant.startTenant(options);
}
