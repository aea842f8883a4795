import { MACHINE } from './clients.mjs';
import { AUDIENCE, PEOPLE } from './people.mjs';

/**
 * The text that the demo prints when it is ready. README.md begins with the same commands. There
 * are no comments between them, because an interactive zsh would run a comment as a command.
 *
 * @param {{ apiOrigin: string, issuer: string }} addresses
 */
export function welcome({ apiOrigin, issuer }) {
  const usernames = PEOPLE.map(({ username }) => username)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ');
  const tokenRequest = [
    `curl -s ${issuer}oauth/token -d grant_type=client_credentials -d client_id=${MACHINE.id}`,
    `-d client_secret=${MACHINE.secret} -d audience=${AUDIENCE} -d scope=read:messages`,
  ].join(' ');
  return `
The demo is running. Press Ctrl-C to stop it.

  Open    ${apiOrigin} in a browser and log in as ${usernames} (password: demo)
  Docs    ${apiOrigin}/docs
  Tenant  ${issuer}

Or paste these commands into another terminal. Call a public route:

  curl -s ${apiOrigin}/api/public

Call a protected route without a token. The answer is 401:

  curl -i ${apiOrigin}/api/private

Get an access token with the scope read:messages for the machine client:

  TOKEN=$(${tokenRequest} | node -p 'JSON.parse(fs.readFileSync(0)).access_token')

Call a route that requires this scope:

  curl -s ${apiOrigin}/api/private-scoped -H "Authorization: Bearer $TOKEN"

Call a route that requires another scope. The answer is 403:

  curl -i ${apiOrigin}/api/admin/messages -H "Authorization: Bearer $TOKEN"
`;
}
