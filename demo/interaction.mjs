import { errors } from 'oidc-provider';
import { BadBody } from './body.mjs';
import { html, sendPage } from './page.mjs';

/**
 * The address of a page that a login needs: `/u/login/…` or `/u/consent/…`. oidc-provider also uses
 * it as the path of the cookie that binds the page to the browser.
 */
export const interactionUrl = (_ctx, { uid, prompt }) => `/u/${prompt.name}/${uid}`;

/**
 * Middleware for the page of one prompt.
 *
 * @param {import('oidc-provider').Provider} provider
 * @param {'login' | 'consent'} prompt
 * @param {(ctx: object, interaction: object) => Promise<void>} handle shows the page (GET) or
 *   handles its form (POST)
 */
export function interactionPage(provider, prompt, handle) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(`/u/${prompt}/`) || !['GET', 'POST'].includes(ctx.method)) {
      return next();
    }
    try {
      await handle(ctx, await provider.interactionDetails(ctx.req, ctx.res));
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound || error instanceof BadBody)) throw error;
      sendPage(ctx, {
        status: 400,
        title: 'This login is no longer valid',
        body: html`<p>
          It was completed, has expired, or was started in another browser. Go back to the
          application and log in again.
        </p>`,
      });
    }
    return undefined;
  };
}

/** Goes on with the login after its page is done. */
export async function finishInteraction(provider, ctx, result, options) {
  const returnTo = await provider.interactionResult(ctx.req, ctx.res, result, options);
  ctx.status = 303;
  ctx.redirect(returnTo);
}
