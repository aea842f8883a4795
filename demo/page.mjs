import { createHash } from 'node:crypto';
import { STYLE } from './page-style.mjs';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

class Markup {
  constructor(text) {
    this.text = text;
  }
}

// Not written inline in the page: the hash covers exactly the text between the tags.
const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);

/** A template tag for HTML. It escapes every value except other HTML pieces and arrays of them. */
export function html(parts, ...values) {
  return new Markup(String.raw({ raw: parts }, ...values.map(escaped)));
}

function escaped(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(escaped).join('');
  return String(value ?? '').replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * Responds with a page. Its policy allows no scripts, no other resources and no frames around it.
 *
 * @param {object} page
 * @param {number} [page.status]
 * @param {string} page.title
 * @param {Markup} page.body
 * @param {Markup} [page.below] shown below the card
 * @param {string} [page.formRedirectsTo] origin that a form may redirect to: browsers apply
 *   `form-action` to the redirects after a form, too
 */
export function sendPage(ctx, { status = 200, title, body, below, formRedirectsTo = '' }) {
  ctx.status = status;
  ctx.type = 'html';
  ctx.set('cache-control', 'no-store');
  ctx.set('referrer-policy', 'no-referrer');
  ctx.set('x-content-type-options', 'nosniff');
  ctx.set(
    'content-security-policy',
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; ` +
      `frame-ancestors 'none'; form-action 'self' ${formRedirectsTo}`.trim(),
  );
  ctx.body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <div class="card">
            <h1>${title}</h1>
            ${body}
          </div>
          ${below}
        </main>
      </body>
    </html> `.text;
}
