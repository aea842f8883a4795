import { errors } from 'oidc-provider';
import { BadBody, readFields } from './body.mjs';
import { loginPage } from './login-page.mjs';
import { html, sendPage } from './page.mjs';
import { peopleList } from './people-list.mjs';
import { authenticate } from './people.mjs';

const PATH = '/u/login/';

/** Where oidc-provider sends a browser that must log in. The identifier in it is also the path of its cookie. */
export const loginUrl = (_ctx, { uid }) => `${PATH}${uid}`;

/**
 * The login page, and what it sends.
 *
 * @param {import('oidc-provider').Provider} provider
 * @param {string} apiOrigin where the browser goes in the end, by redirects
 */
export function login(provider, apiOrigin) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(PATH) || !['GET', 'POST'].includes(ctx.method)) return next();
    try {
      const { params } = await provider.interactionDetails(ctx.req, ctx.res);
      const show = (status, state) =>
        sendPage(ctx, {
          status,
          title: 'Log in',
          body: loginPage({ clientId: params.client_id, ...state }),
          beside: peopleList(),
          formsLeadTo: apiOrigin,
        });
      if (ctx.method === 'GET') show(200, { username: params.login_hint });
      else await submit(provider, ctx, show);
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound || error instanceof BadBody)) throw error;
      sendPage(ctx, {
        status: 400,
        title: 'This login has ended',
        body: html`<p>
          It was finished, has expired, or was begun in another browser. Go back to the application
          and log in from there.
        </p>`,
      });
    }
    return undefined;
  };
}

async function submit(provider, ctx, show) {
  const { username, password } = await readFields(ctx.req);
  const person = authenticate(username, password);
  if (person === undefined) {
    show(401, { username, error: 'Wrong username or password.' });
    return;
  }
  const result = { login: { accountId: person.id } };
  const returnTo = await provider.interactionResult(ctx.req, ctx.res, result, {
    mergeWithLastSubmission: false,
  });
  ctx.status = 303;
  ctx.redirect(returnTo);
}
