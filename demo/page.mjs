import { createHash } from 'node:crypto';
import { STYLE } from './page-style.mjs';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

class Markup {
  constructor(text) {
    this.text = text;
  }
}

// In one piece: the hash in the policy is that of exactly what stands between the tags.
const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);

/** A piece of a page. What is put into it is escaped, unless it is such a piece itself, or a list of them. */
export function html(parts, ...values) {
  return new Markup(String.raw({ raw: parts }, ...values.map(escaped)));
}

function escaped(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(escaped).join('');
  return String(value ?? '').replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * Answers with a page that runs no script, loads nothing, and is shown in no frame.
 *
 * @param {{ status?: number, title: string, body: Markup, beside?: Markup, formsLeadTo?: string }} page `beside` stands
 *   below the card; `formsLeadTo` is an origin beside the tenant's own: browsers hold the redirects that follow a form to
 *   its policy as well
 */
export function sendPage(ctx, { status = 200, title, body, beside, formsLeadTo = '' }) {
  ctx.status = status;
  ctx.type = 'html';
  ctx.set('cache-control', 'no-store');
  ctx.set('referrer-policy', 'no-referrer');
  ctx.set('x-content-type-options', 'nosniff');
  ctx.set(
    'content-security-policy',
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'; ` +
      `form-action 'self' ${formsLeadTo}`.trim(),
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
          ${beside}
        </main>
      </body>
    </html> `.text;
}
