import { readFields } from './body.mjs';
import { LOGIN_AS } from './discovery.mjs';
import { finishInteraction, interactionPage } from './interaction.mjs';
import { loginPage } from './login-page.mjs';
import { SECOND_FACTOR, wantsSecondFactor } from './login-policy.mjs';
import { sendPage } from './page.mjs';
import { peopleList } from './people-list.mjs';
import { authenticate, PEOPLE } from './people.mjs';

/**
 * Middleware that shows the login page and handles its form.
 *
 * @param {import('oidc-provider').Provider} provider
 * @param {string} apiOrigin the origin that a successful login redirects to
 */
export function login(provider, apiOrigin) {
  return interactionPage(provider, 'login', async (ctx, { params }) => {
    const chosen = PEOPLE.find(({ username }) => username === params[LOGIN_AS]);
    // A link on a page elsewhere must not log anybody in.
    const isForeign = ctx.get('sec-fetch-site') === 'cross-site';
    if (chosen !== undefined && !isForeign) return finish(provider, ctx, chosen, params);
    const { clientName, clientId } = await provider.Client.find(params.client_id);
    const show = (status, state) =>
      sendPage(ctx, {
        status,
        title: 'Log in',
        body: loginPage({
          application: clientName ?? clientId,
          hasSecondFactor: wantsSecondFactor(params),
          ...state,
        }),
        below: peopleList({ canChoose: true }),
        formRedirectsTo: apiOrigin,
      });
    if (ctx.method === 'GET') return show(200, { username: params.login_hint });
    return submit(provider, ctx, params, show);
  });
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
function finish(provider, ctx, person, params) {
  const strength = wantsSecondFactor(params)
    ? { acr: SECOND_FACTOR, amr: ['pwd', 'mfa'] }
    : { amr: ['pwd'] };
  const result = { login: { accountId: person.id, ...strength } };
  return finishInteraction(provider, ctx, result, { mergeWithLastSubmission: false });
}
