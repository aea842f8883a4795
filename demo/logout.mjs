import { logoutTokenUrl, logoutUrls, SPA } from './clients.mjs';
import { html, sendPage } from './page.mjs';

/**
 * Auth0's `/v2/logout`: ends the browser's session and redirects to `returnTo` if it is registered.
 * Before that, the API learns of the logout, so that it refuses the access tokens of the session.
 *
 * @param {import('oidc-provider').Provider} provider
 * @param {string} apiOrigin origin of the API, which serves the browser application
 */
export function logout(provider, apiOrigin) {
  return async (ctx, next) => {
    if (ctx.path !== '/v2/logout' || ctx.method !== 'GET') return next();
    const { client_id: clientId, returnTo } = ctx.query;
    if (returnTo !== undefined && !isRegistered(clientId, returnTo, apiOrigin)) {
      sendPage(ctx, {
        status: 400,
        title: 'Logout URL not allowed',
        body: html`<p>
          <code>returnTo</code> must be one of the allowed logout URLs of the application
          <code>${clientId ?? '(no client_id)'}</code>.
        </p>`,
      });
      return undefined;
    }
    const session = await provider.Session.get(ctx);
    if (session.accountId !== undefined) {
      await sendLogoutToken(provider, session);
      await session.destroy();
    }
    ctx.cookies.set(provider.cookieName('session'), null);
    ctx.set('cache-control', 'no-store');
    if (returnTo === undefined) {
      sendPage(ctx, { title: 'Logged out', body: html`<p>You can close this page.</p>` });
    } else {
      ctx.redirect(returnTo);
    }
    return undefined;
  };
}

/** OpenID Connect Back-Channel Logout 1.0. A logout succeeds whether the API answers or not. */
async function sendLogoutToken(provider, { accountId, uid }) {
  const client = await provider.Client.find(SPA.id);
  try {
    await client.backchannelLogout(accountId, uid);
  } catch (error) {
    console.error(`The API did not take the logout token: ${error.message}`);
  }
}

/**
 * `fetch` for oidc-provider, which refuses addresses of this machine for fear of forged requests.
 * The address of the logout tokens is one, and the demo chose it.
 *
 * @param {string} apiOrigin
 */
export function fetchToApi(apiOrigin) {
  return (url, { dispatcher, ...options }) =>
    fetch(url, url === logoutTokenUrl(apiOrigin) ? options : { ...options, dispatcher });
}

/** Prevents an open redirect. */
function isRegistered(clientId, returnTo, apiOrigin) {
  return clientId === SPA.id && logoutUrls(apiOrigin).includes(returnTo);
}
