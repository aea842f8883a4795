/**
 * The option `domain` of auth0-spa-js: the domain of an issuer, or its URL without the final slash
 * if the issuer has a path or uses `http:`.
 */
export function issuerDomain(issuer: string): string {
  return issuer.replace(/\/$/, '').replace(/^https:\/\/([^/]+)$/, '$1');
}
