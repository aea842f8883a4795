import { MACHINE } from './clients.mjs';
import { AUDIENCE, PEOPLE } from './people.mjs';

/**
 * What the demo says once it runs. The lines to paste are those of README.md's first block; no comment stands among
 * them, for an interactive zsh would run it.
 *
 * @param {{ apiOrigin: string, issuer: string }} addresses
 */
export function welcome({ apiOrigin, issuer }) {
  const usernames = PEOPLE.map(({ username }) => username)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ');
  return `
The demo is running. Ctrl-C ends it.

  Open    ${apiOrigin} in a browser, and log in as ${usernames} (password demo)
  Docs    ${apiOrigin}/docs
  Tenant  ${issuer}

Or paste these lines into another terminal. A public route:

  curl -s ${apiOrigin}/api/public

A protected one, without a token: 401.

  curl -i ${apiOrigin}/api/private

A token for a machine that may read messages:

  TOKEN=$(curl -s ${issuer}oauth/token -d grant_type=client_credentials -d client_id=${MACHINE.id} -d client_secret=${MACHINE.secret} -d audience=${AUDIENCE} -d scope=read:messages | node -p 'JSON.parse(fs.readFileSync(0)).access_token')

With it, what needs that scope:

  curl -s ${apiOrigin}/api/private-scoped -H "Authorization: Bearer $TOKEN"

And what needs another one: 403.

  curl -i ${apiOrigin}/api/admin/messages -H "Authorization: Bearer $TOKEN"
`;
}
