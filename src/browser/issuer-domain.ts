/**
 * An issuer as auth0-spa-js takes it: the domain of a tenant, or the whole address without its
 * final slash where that says more, as `http:` on this machine does.
 */
export function issuerDomain(issuer: string): string {
  return issuer.replace(/\/$/, '').replace(/^https:\/\/([^/]+)$/, '$1');
}
