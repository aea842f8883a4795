export interface TenantOptions {
  /** 0, the default, for any free one. */
  port?: number;
  /** Where its keys are kept; without it they are new at each start. */
  dataDir?: string;
  /** A day, as with Auth0. */
  accessTokenTtlSec?: number;
  /** Where the browser application is served. */
  apiOrigin?: string;
}

/** Starts an OpenID provider on this machine that looks like an Auth0 tenant; `url` is its issuer identifier. */
export function startTenant(
  options?: TenantOptions,
): Promise<{ url: string; close: () => Promise<void> }>;
