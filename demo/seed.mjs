import { MACHINE } from './clients.mjs';
import { AUDIENCE } from './people.mjs';

const MESSAGES = [
  'This message came in through POST /api/messages, with an access token of the demo machine.',
  'The reader may read it, the writer may answer it.',
  'Only its author may change it; the admin may delete it, and the audit trail says so.',
];

/**
 * Writes a few messages through the API, unless it has some.
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
  // One after the other: the newest comes first.
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
