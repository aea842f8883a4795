import { html } from './page.mjs';
import { PASSWORD, PEOPLE } from './people.mjs';

/**
 * The part of a page that lists who can log in, and what each person may do.
 *
 * @param {{ canChoose?: boolean }} [options] with `canChoose`, each person has a button that logs
 *   in: it sends the form of the login page
 */
export function peopleList({ canChoose = false } = {}) {
  return html`
    <section class="people" aria-labelledby="people">
      <h2 id="people">Who can log in</h2>
      <p class="quiet">The demo has three people. The password is always <code>demo</code>.</p>
      <dl>${PEOPLE.map((person) => entry(person, canChoose))}</dl>
    </section>
  `;
}

function entry({ username, summary, permissions }, canChoose) {
  return html`<div>
    <dt>${username}</dt>
    <dd>
      ${summary}
      <ul aria-label="Permissions of ${username}">
        ${permissions.map((permission) => html`<li><code>${permission}</code></li>`)}
      </ul>
      ${canChoose ? button(username) : ''}
    </dd>
  </div>`;
}

function button(username) {
  return html`<form method="post">
    <input type="hidden" name="username" value="${username}" />
    <input type="hidden" name="password" value="${PASSWORD}" />
    <button class="small" type="submit">Continue as ${username}</button>
  </form>`;
}
