export interface TenantOptions {
  /** 0 chooses a free port. @default 0 */
  port?: number;
  /** Address to listen on; the issuer is always `localhost`. @default localhost */
  host?: string;
  /** Directory of the keys. Without it, every start creates new keys. */
  dataDir?: string;
  /** Lifetime of access tokens, in seconds. @default 86400, as in Auth0 */
  accessTokenTtlSec?: number;
  /** Origin of the API, which serves the browser application. @default http://localhost:3001 */
  apiOrigin?: string;
}

/** Starts an OpenID provider that looks like an Auth0 tenant. `url` is its issuer identifier. */
export function startTenant(
  options?: TenantOptions,
): Promise<{ url: string; close: () => Promise<void> }>;
