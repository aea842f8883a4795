import { readFields } from './body.mjs';
import { consentPage } from './consent-page.mjs';
import { finishInteraction, interactionPage } from './interaction.mjs';
import { sendPage } from './page.mjs';
import { findPerson } from './people.mjs';

/**
 * Middleware that asks whether an application that registered itself may have access, and handles
 * the answer.
 *
 * @param {import('oidc-provider').Provider} provider
 */
export function consent(provider) {
  return interactionPage(provider, 'consent', async (ctx, { params, session }) => {
    if (ctx.method === 'POST') return answer(provider, ctx);
    const client = await provider.Client.find(params.client_id);
    const redirectUri = params.redirect_uri ?? client.redirectUris[0];
    return sendPage(ctx, {
      title: 'Allow access?',
      body: consentPage({
        client,
        redirectUri,
        person: findPerson(session.accountId),
        resource: params.resource,
        scopes: params.scope?.split(' ') ?? [],
      }),
      formRedirectsTo: cspSource(redirectUri),
    });
  });
}

async function answer(provider, ctx) {
  const { decision } = await readFields(ctx.req);
  const result =
    decision === 'allow'
      ? { consent: {} }
      : { error: 'access_denied', error_description: 'The person denied access.' };
  await finishInteraction(provider, ctx, result);
}

/** A Content-Security-Policy can name neither an IPv6 address nor the host of another scheme. */
function cspSource(uri) {
  const { protocol, hostname, origin } = new URL(uri);
  return /^https?:$/.test(protocol) && !hostname.startsWith('[') ? origin : protocol;
}
