/** Auth0 makes client ids of 32 letters and digits; the identifier of an API is usually a URL. */
export function looksLikeClientId(audience: string): boolean {
  return /^[a-z\d]{32}$/i.test(audience);
}
