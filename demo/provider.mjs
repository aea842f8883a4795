import './quiet.mjs';
import { Provider } from 'oidc-provider';
import { asAuth0 } from './access-token.mjs';
import { resourceIndicators } from './audience.mjs';
import { clients } from './clients.mjs';
import { frontPage } from './front-page.mjs';
import { grantWhatIsAsked, keepOfflineAccess, withoutConsent } from './grant.mjs';
import { login, loginUrl } from './login.mjs';
import { logout } from './logout.mjs';
import { html, sendPage } from './page.mjs';
import { findPerson } from './people.mjs';
import { tokenRequest } from './token-request.mjs';
import { CLAIMS_OF_SCOPES, claimsOf, OIDC_SCOPES, userinfo } from './userinfo.mjs';

const HOUR_SEC = 60 * 60;
const DAY_SEC = 24 * HOUR_SEC;

/**
 * oidc-provider, set up to look like an Auth0 tenant to a client: its routes, its parameters, its tokens.
 *
 * @param {object} tenant
 * @param {string} tenant.issuer
 * @param {string} tenant.apiOrigin where the browser application is served
 * @param {import('./keys.mjs').Keys} tenant.keys
 * @param {number} tenant.accessTokenTtlSec
 */
export function createProvider({ issuer, apiOrigin, keys, accessTokenTtlSec }) {
  const provider = new Provider(issuer, {
    clients: clients(apiOrigin),
    jwks: { keys: [keys.signing] },
    cookies: {
      keys: keys.cookies,
      // Cookies know no ports: the names keep them apart from those of other programs on this host.
      names: {
        session: 'demo_tenant',
        interaction: 'demo_tenant_login',
        resume: 'demo_tenant_resume',
      },
    },
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
      end_session: '/oidc/logout',
    },
    ttl: {
      AccessToken: accessTokenTtlSec,
      ClientCredentials: accessTokenTtlSec,
      IdToken: 10 * HOUR_SEC,
      Interaction: HOUR_SEC,
      Session: 3 * DAY_SEC,
      Grant: 30 * DAY_SEC,
      RefreshToken: 30 * DAY_SEC,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: resourceIndicators(accessTokenTtlSec),
      // `/v2/logout` is in its place.
      rpInitiatedLogout: { enabled: false },
      // How a page renews its tokens in a hidden frame.
      webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
    },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_post', 'client_secret_basic', 'none'],
    scopes: OIDC_SCOPES,
    claims: CLAIMS_OF_SCOPES,
    // Auth0 puts the claims of `profile` and `email` into the ID token as well.
    conformIdTokenClaims: false,
    extraParams: { audience: keepOfflineAccess },
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    formats: { customizers: { jwt: (_ctx, token, jwt) => asAuth0(token, jwt) } },
    clientBasedCORS: (_ctx, origin) => origin === apiOrigin,
    interactions: { url: loginUrl, policy: withoutConsent() },
    loadExistingGrant: grantWhatIsAsked,
    findAccount,
    renderError,
  });
  // Its own faults; what a client does wrong, the client is told.
  provider.on('server_error', (_ctx, error) => console.error(error));
  return provider
    .use(frontPage(issuer))
    .use(tokenRequest)
    .use(userinfo({ issuer, signing: keys.signing, apiOrigin }))
    .use(login(provider, apiOrigin))
    .use(logout(provider, apiOrigin));
}

function findAccount(_ctx, id) {
  const person = findPerson(id);
  return person && { accountId: id, claims: () => claimsOf(person) };
}

function renderError(ctx, { error, error_description: description }) {
  sendPage(ctx, {
    status: ctx.status,
    title: 'The tenant refuses this request',
    body: html`<p><code>${error}</code>: ${description}</p>`,
  });
}
