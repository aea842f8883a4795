import { html } from './page.mjs';
import { PEOPLE } from './people.mjs';

/** The part of a page that lists who can log in, and what each person may do. */
export function peopleList() {
  return html`
    <section class="people" aria-labelledby="people">
      <h2 id="people">Who can log in</h2>
      <p class="quiet">The demo has three people. The password is always <code>demo</code>.</p>
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
