import './filter-notices.mjs';
import { Provider } from 'oidc-provider';
import { toAuth0Format } from './access-token.mjs';
import { resourceIndicators } from './audience.mjs';
import { brokenTokens } from './broken-tokens.mjs';
import { clients } from './clients.mjs';
import { consent } from './consent.mjs';
import { demoMembers, LOGIN_AS } from './discovery.mjs';
import { frontPage } from './front-page.mjs';
import { grantRequestedScopes, keepOfflineAccess } from './grant.mjs';
import { interactionUrl } from './interaction.mjs';
import { login } from './login.mjs';
import { loginPolicy, SECOND_FACTOR } from './login-policy.mjs';
import { fetchToApi, logout } from './logout.mjs';
import { html, sendPage } from './page.mjs';
import { findPerson, PERMISSIONS } from './people.mjs';
import {
  clientIdMetadataDocument,
  isOriginOf,
  REGISTRATION_PATH,
  registration,
  SELF_DESCRIBED,
} from './registration.mjs';
import { tokenRequest } from './token-request.mjs';
import { CLAIMS_BY_SCOPE, claimsOf, OIDC_SCOPES, userinfo } from './userinfo.mjs';

const HOUR_SEC = 60 * 60;
const DAY_SEC = 24 * HOUR_SEC;

/**
 * Configures oidc-provider to look like an Auth0 tenant: the same routes, parameters and tokens.
 *
 * @param {object} tenant
 * @param {string} tenant.issuer
 * @param {string} tenant.apiOrigin origin of the API, which serves the browser application
 * @param {import('./keys.mjs').Keys} tenant.keys
 * @param {number} tenant.accessTokenTtlSec
 */
export function createProvider({ issuer, apiOrigin, keys, accessTokenTtlSec }) {
  const provider = new Provider(issuer, {
    clients: clients(apiOrigin),
    clientDefaults: SELF_DESCRIBED,
    jwks: { keys: [keys.signing] },
    cookies: {
      keys: keys.cookies,
      // Cookies ignore the port: these names avoid conflicts with other programs on localhost.
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
      registration: REGISTRATION_PATH,
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
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      clientIdMetadataDocument,
      devInteractions: { enabled: false },
      // Binds the tokens of a client that sends a proof. The others get bearer tokens.
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: false },
      registration: { enabled: true, issueRegistrationAccessToken: false },
      resourceIndicators: resourceIndicators({ apiOrigin, accessTokenTtlSec }),
      // `/v2/logout` replaces it.
      rpInitiatedLogout: { enabled: false },
      // Pages use it to renew their tokens in a hidden frame.
      webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
    },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_post', 'client_secret_basic', 'none'],
    // Also those of the API, so that the API reference can list them at the login.
    scopes: [...OIDC_SCOPES, ...PERMISSIONS],
    acrValues: [SECOND_FACTOR],
    claims: CLAIMS_BY_SCOPE,
    // Auth0 also puts the claims of `profile` and `email` into the ID token.
    conformIdTokenClaims: false,
    extraParams: { audience: keepOfflineAccess, [LOGIN_AS]: null },
    discovery: demoMembers(issuer),
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    formats: {
      customizers: {
        jwt: ({ oidc }, token, jwt) => {
          const { AuthorizationCode, RefreshToken } = oidc.entities;
          return toAuth0Format(token, jwt, AuthorizationCode ?? RefreshToken);
        },
      },
    },
    clientBasedCORS: (_ctx, origin, client) => origin === apiOrigin || isOriginOf(client, origin),
    interactions: { url: interactionUrl, policy: loginPolicy() },
    loadExistingGrant: grantRequestedScopes,
    findAccount,
    fetch: fetchToApi(apiOrigin),
    renderError,
  });
  // Only errors of the server. Errors of a client are in its response.
  provider.on('server_error', (_ctx, error) => console.error(error));
  return provider
    .use(frontPage(issuer))
    .use(brokenTokens({ issuer, signing: keys.signing, apiOrigin }))
    .use(registration)
    .use(tokenRequest)
    .use(userinfo({ issuer, signing: keys.signing, apiOrigin }))
    .use(login(provider, apiOrigin))
    .use(consent(provider))
    .use(logout(provider, apiOrigin));
}

function findAccount(_ctx, id) {
  const person = findPerson(id);
  return person && { accountId: id, claims: () => claimsOf(person) };
}

function renderError(ctx, { error, error_description: description }) {
  sendPage(ctx, {
    status: ctx.status,
    title: 'The tenant refused the request',
    body: html`<p><code>${error}</code>: ${description}</p>`,
  });
}
