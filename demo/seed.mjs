import { MACHINE } from './clients.mjs';
import { AUDIENCE } from './people.mjs';

const MESSAGES = [
  'The demo machine posted this message to POST /api/messages with its access token.',
  'The reader can read messages. The writer can also post them.',
  'Only the author can change a message. The admin can delete it; the audit trail records that.',
];

/**
 * Posts a few messages to the API, unless it already has some.
 *
 * @param {{ apiOrigin: string, issuer: string }} addresses
 */
export async function seed({ apiOrigin, issuer }) {
  const { access_token: token } = await ask(`${issuer}oauth/token`, {
    grant_type: 'client_credentials',
    client_id: MACHINE.id,
    client_secret: MACHINE.secret,
    audience: AUDIENCE,
    scope: 'read:messages write:messages',
  });
  const url = `${apiOrigin}/api/messages`;
  const { messages } = await ask(`${url}?limit=1`, undefined, token);
  if (messages.length > 0) return;
  // In sequence, because the list is ordered by time.
  for (const text of MESSAGES) await ask(url, { text }, token);
}

async function ask(url, body, token) {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}
