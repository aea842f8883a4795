import { logoutUrls, SPA } from './clients.mjs';
import { html, sendPage } from './page.mjs';

/**
 * Auth0's `/v2/logout`: ends what the browser has with the tenant, and sends it to `returnTo`, when that is registered.
 *
 * @param {import('oidc-provider').Provider} provider
 * @param {string} apiOrigin where the browser application is served
 */
export function logout(provider, apiOrigin) {
  return async (ctx, next) => {
    if (ctx.path !== '/v2/logout' || ctx.method !== 'GET') return next();
    const { client_id: clientId, returnTo } = ctx.query;
    if (returnTo !== undefined && !isRegistered(clientId, returnTo, apiOrigin)) {
      sendPage(ctx, {
        status: 400,
        title: 'Not a registered address',
        body: html`<p>
          The parameter <code>returnTo</code> is no address that the application
          <code>${clientId ?? '(no client_id)'}</code> has registered for the way back.
        </p>`,
      });
      return undefined;
    }
    const session = await provider.Session.get(ctx);
    if (session.accountId !== undefined) await session.destroy();
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

/** A link to here could otherwise lead anywhere, in the tenant's name. */
function isRegistered(clientId, returnTo, apiOrigin) {
  return clientId === SPA.id && logoutUrls(apiOrigin).includes(returnTo);
}
