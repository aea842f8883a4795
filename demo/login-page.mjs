import { html } from './page.mjs';

/**
 * @param {object} state
 * @param {string} state.application
 * @param {boolean} state.hasSecondFactor
 * @param {string} [state.username]
 * @param {string} [state.error]
 */
export function loginPage({ application, hasSecondFactor, username = '', error }) {
  const alert = error === undefined ? '' : html`<p role="alert" id="error">${error}</p>`;
  return html`
    <p class="quiet">to continue to <strong>${application}</strong></p>
    <p class="demo">
      This is a demo: a tenant on this machine, whose passwords are public. Do not enter a password
      of yours.
    </p>
    ${alert}
    <form method="post">
      <label for="username">Username</label>
      <input
        id="username"
        name="username"
        value="${username}"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        autofocus
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        ${error === undefined ? '' : html`aria-describedby="error" aria-invalid="true"`}
      />
      ${
        hasSecondFactor
          ? html`<p class="quiet">This login counts as one with a second factor.</p>`
          : ''
      }
      <button type="submit">Log in</button>
    </form>
  `;
}
