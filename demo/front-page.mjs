import { html, sendPage } from './page.mjs';
import { peopleList } from './people-list.mjs';

const DOCUMENTS = [
  '.well-known/openid-configuration',
  '.well-known/oauth-authorization-server',
  '.well-known/jwks.json',
];

/**
 * The page at the tenant's root. An Auth0 tenant has no such page.
 *
 * @param {string} issuer
 */
export function frontPage(issuer) {
  const link = (path) => html`<li><a href="/${path}">${path}</a></li>`;
  return (ctx, next) => {
    if (ctx.path !== '/' || ctx.method !== 'GET') return next();
    sendPage(ctx, {
      title: 'The demo tenant',
      body: html`
        <p>
          <code>${issuer}</code> issues access tokens like an Auth0 tenant, for programs and people
          on this machine. Its documents:
        </p>
        <ul>
          ${DOCUMENTS.map(link)}
        </ul>
      `,
      below: peopleList(),
    });
    return undefined;
  };
}
