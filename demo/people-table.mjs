import { html } from './page.mjs';
import { PEOPLE } from './people.mjs';

/** Who can log in, for pages. */
export function peopleTable() {
  const row = ({ username, summary }) =>
    html`<tr>
      <th scope="row">${username}</th>
      <td>${summary}</td>
    </tr>`;
  return html`
    <h2>People of the demo</h2>
    <table>
      <tbody>
        ${PEOPLE.map(row)}
      </tbody>
    </table>
    <p>Everybody's password is <code>demo</code>.</p>
  `;
}
