import { html } from './page.mjs';
import { PEOPLE } from './people.mjs';

/** Who can log in, and what each may do, for pages. */
export function peopleList() {
  return html`
    <section class="people" aria-labelledby="people">
      <h2 id="people">Who can log in</h2>
      <p class="quiet">Three people of the demo. Everybody's password is <code>demo</code>.</p>
      <dl>${PEOPLE.map(entry)}</dl>
    </section>
  `;
}

function entry({ username, summary, permissions }) {
  return html`<div>
    <dt>${username}</dt>
    <dd>
      ${summary}
      <ul aria-label="Permissions of ${username}">
        ${permissions.map((permission) => html`<li><code>${permission}</code></li>`)}
      </ul>
    </dd>
  </div>`;
}
