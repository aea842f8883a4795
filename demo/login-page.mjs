import { html } from './page.mjs';

/**
 * @param {{ clientId: string, username?: string, error?: string }} state
 */
export function loginPage({ clientId, username = '', error }) {
  const alert = error === undefined ? '' : html`<p role="alert" id="error">${error}</p>`;
  return html`
    <p class="quiet">to continue to <strong>${clientId}</strong></p>
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
      <button type="submit">Log in</button>
    </form>
  `;
}
