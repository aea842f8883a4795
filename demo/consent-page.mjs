import { html } from './page.mjs';

/**
 * Says who asks for what, and where the answer goes. The application chose its name itself, so the
 * page also shows what it cannot choose freely: its identifier and its redirect URI.
 *
 * @param {object} request
 * @param {{ clientId: string, clientName?: string }} request.client
 * @param {string} request.redirectUri
 * @param {import('./people.mjs').Person} request.person who is logged in
 * @param {string} [request.resource] identifier of the API that the token is for
 * @param {string[]} request.scopes
 */
export function consentPage({ client, redirectUri, person, resource, scopes }) {
  const { clientId, clientName = clientId } = client;
  return html`
    <p>
      <strong>${clientName}</strong> wants to act as <strong>${person.username}</strong>
      ${resource && html`at <code>${resource}</code>`}
    </p>
    <p class="demo">
      This application registered itself and chose its own name. Allow it only if you have just
      started it.
    </p>
    <dl>
      <dt>It requests</dt>
      <dd>
        <ul>
          ${scopes.map((scope) => scopeEntry(scope, person))}
        </ul>
      </dd>
      <dt>Your answer goes to</dt>
      <dd><code>${redirectUri}</code></dd>
      <dt>Its identifier</dt>
      <dd><code>${clientId}</code></dd>
    </dl>
    <form method="post">
      <button type="submit" name="decision" value="allow">Allow</button>
      <button class="second" type="submit" name="decision" value="deny">Deny</button>
    </form>
    <p class="quiet">
      To use another account, <a href="/v2/logout">log out</a> and start again in the application.
    </p>
  `;
}

function scopeEntry(scope, { username, permissions }) {
  const isLacking = scope.includes(':') && !permissions.includes(scope);
  return html`<li>
    <code>${scope}</code> ${isLacking ? `(not granted: ${username} does not have it)` : ''}
  </li>`;
}
