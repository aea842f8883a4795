import { html, sendPage } from './page.mjs';
import { peopleList } from './people-list.mjs';

const DOCUMENTS = ['.well-known/openid-configuration', '.well-known/jwks.json'];

/**
 * For who opens the tenant's address in a browser. An Auth0 tenant has nothing there.
 *
 * @param {string} issuer
 */
export function frontPage(issuer) {
  const link = (path) => html`<li><a href="/${path}">${path}</a></li>`;
  return (ctx, next) => {
    if (ctx.path !== '/' || ctx.method !== 'GET') return next();
    sendPage(ctx, {
      title: 'A tenant for demonstrations',
      body: html`
        <p>
          <code>${issuer}</code> issues access tokens like an Auth0 tenant, to programs and people
          of this machine. Its documents:
        </p>
        <ul>
          ${DOCUMENTS.map(link)}
        </ul>
      `,
      beside: peopleList(),
    });
    return undefined;
  };
}
