/** A program that acts for itself: client credentials, and every permission it asks for. */
export const MACHINE = { id: 'demo-machine', secret: 'demo-secret' };

/** The application in the browser, which cannot keep a secret: authorization code with PKCE. */
export const SPA = { id: 'demo-spa' };

/**
 * The applications of the tenant, as oidc-provider has them.
 *
 * @param {string} apiOrigin where the browser application is served: by the API itself
 */
export function clients(apiOrigin) {
  return [
    {
      client_id: SPA.id,
      application_type: 'web',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [apiOrigin, `${apiOrigin}/`, `${apiOrigin}/docs/oauth2-redirect.html`],
    },
    {
      client_id: MACHINE.id,
      client_secret: MACHINE.secret,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
  ];
}

/**
 * Where a browser may be sent after it has logged out, as the Allowed Logout URLs of Auth0.
 *
 * @param {string} apiOrigin
 */
export function logoutUrls(apiOrigin) {
  return [apiOrigin, `${apiOrigin}/`];
}
