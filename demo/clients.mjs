/** The machine client (client credentials). It gets every permission that it requests. */
export const MACHINE = { id: 'demo-machine', secret: 'demo-secret' };

/** The browser application: a public client, with authorization code and PKCE. */
export const SPA = { id: 'demo-spa', name: 'Browser pages of nestjs-auth0-api' };

/** Whether the client is one of the tenant's own, which need no consent. */
export const isFirstParty = ({ clientId }) => [SPA.id, MACHINE.id].includes(clientId);

/**
 * The tenant's applications, in oidc-provider's format.
 *
 * @param {string} apiOrigin origin of the API, which serves the browser application
 */
export function clients(apiOrigin) {
  return [
    {
      client_id: SPA.id,
      client_name: SPA.name,
      application_type: 'web',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [apiOrigin, `${apiOrigin}/`, `${apiOrigin}/docs/oauth2-redirect.html`],
      // The API takes the logout tokens, because it is the API that must refuse the access tokens.
      backchannel_logout_uri: logoutTokenUrl(apiOrigin),
      backchannel_logout_session_required: true,
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
 * Where the tenant sends logout tokens: the Back-Channel Logout URI of Auth0.
 *
 * @param {string} apiOrigin
 */
export const logoutTokenUrl = (apiOrigin) => `${apiOrigin}/backchannel-logout`;

/**
 * The addresses that `/v2/logout` may redirect to: the Allowed Logout URLs of Auth0.
 *
 * @param {string} apiOrigin
 */
export function logoutUrls(apiOrigin) {
  return [apiOrigin, `${apiOrigin}/`];
}
