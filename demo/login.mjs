import { errors } from 'oidc-provider';
import { BadBody, readFields } from './body.mjs';
import { LOGIN_AS } from './discovery.mjs';
import { loginPage } from './login-page.mjs';
import { SECOND_FACTOR, wantsSecondFactor } from './login-policy.mjs';
import { html, sendPage } from './page.mjs';
import { peopleList } from './people-list.mjs';
import { authenticate, PEOPLE } from './people.mjs';

const PATH = '/u/login/';

/** The address of a login page. oidc-provider also uses it as the path of the login's cookie. */
export const loginUrl = (_ctx, { uid }) => `${PATH}${uid}`;

/**
 * Middleware that shows the login page and handles its form.
 *
 * @param {import('oidc-provider').Provider} provider
 * @param {string} apiOrigin the origin that a successful login redirects to
 */
export function login(provider, apiOrigin) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(PATH) || !['GET', 'POST'].includes(ctx.method)) return next();
    try {
      const { params } = await provider.interactionDetails(ctx.req, ctx.res);
      const chosen = PEOPLE.find(({ username }) => username === params[LOGIN_AS]);
      // A link on a page elsewhere must not log anybody in.
      const isForeign = ctx.get('sec-fetch-site') === 'cross-site';
      if (chosen !== undefined && !isForeign) return await finish(provider, ctx, chosen, params);
      const client = await provider.Client.find(params.client_id);
      const show = (status, state) =>
        sendPage(ctx, {
          status,
          title: 'Log in',
          body: loginPage({
            application: client.clientName,
            hasSecondFactor: wantsSecondFactor(params),
            ...state,
          }),
          below: peopleList({ canChoose: true }),
          formRedirectsTo: apiOrigin,
        });
      if (ctx.method === 'GET') show(200, { username: params.login_hint });
      else await submit(provider, ctx, params, show);
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

async function submit(provider, ctx, params, show) {
  const { username, password } = await readFields(ctx.req);
  const person = authenticate(username, password);
  if (person === undefined) {
    show(401, { username, error: 'Wrong username or password.' });
    return;
  }
  await finish(provider, ctx, person, params);
}

/** Goes back to the application with a login of this person. */
async function finish(provider, ctx, person, params) {
  const strength = wantsSecondFactor(params)
    ? { acr: SECOND_FACTOR, amr: ['pwd', 'mfa'] }
    : { amr: ['pwd'] };
  const result = { login: { accountId: person.id, ...strength } };
  const returnTo = await provider.interactionResult(ctx.req, ctx.res, result, {
    mergeWithLastSubmission: false,
  });
  ctx.status = 303;
  ctx.redirect(returnTo);
}
