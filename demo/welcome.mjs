import { styleText } from 'node:util';
import { MACHINE } from './clients.mjs';
import { AUDIENCE, PEOPLE } from './people.mjs';

/**
 * The text that the demo prints when it is ready, for a terminal of 80 columns.
 *
 * @param {{ apiOrigin: string, issuer: string }} addresses
 * @param {{ colors?: boolean, platform?: NodeJS.Platform }} [options]
 */
export function welcome(addresses, { colors = false, platform = process.platform } = {}) {
  const style = (format, text) =>
    colors ? styleText(format, text, { validateStream: false }) : text;
  const { apiOrigin, issuer } = addresses;
  const mcpUrl = `${apiOrigin}/mcp`;
  const usernames = PEOPLE.map(({ username }) => username)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ');
  const steps = stepsIn(platform === 'win32' ? POWERSHELL : POSIX, addresses);
  return `
${style('green', 'The demo is running.')} Press Ctrl-C to stop it.

  Open    ${style('cyan', apiOrigin)} in a browser,
          and log in as ${usernames} (password: demo)
  Docs    ${style('cyan', `${apiOrigin}/docs`)}
  Tenant  ${style('cyan', issuer)}
  MCP     ${style('cyan', mcpUrl)}
          Try it with: ${style('cyan', `node demo/mcp-client.mjs ${mcpUrl}`)}

${style('bold', 'Or paste these commands into another terminal.')}
${steps
  .map(([what, command]) => `\n${what}\n\n${style('cyan', command.replaceAll(/^/gm, '  '))}\n`)
  .join('')}`;
}

const POSIX = {
  curl: 'curl',
  continued: '\\',
  tokenCommand: (issuer) => `TOKEN=$(curl -s ${issuer}oauth/token \\
  -d grant_type=client_credentials \\
  -d client_id=${MACHINE.id} -d client_secret=${MACHINE.secret} \\
  -d audience=${AUDIENCE} -d scope=read:messages |
  node -p 'JSON.parse(fs.readFileSync(0)).access_token')`,
};

const POWERSHELL = {
  // `curl` may be an alias of another command.
  curl: 'curl.exe',
  continued: '`',
  tokenCommand: (issuer) => `$TOKEN = (Invoke-RestMethod -Method Post ${issuer}oauth/token \`
  -Body @{ grant_type = 'client_credentials'; scope = 'read:messages'
    client_id = '${MACHINE.id}'; client_secret = '${MACHINE.secret}'
    audience = '${AUDIENCE}' }).access_token`,
};

/**
 * What to try, and the command in this shell. README.md begins with the same commands. There are no
 * comments in them, because an interactive zsh would run a comment as a command.
 */
function stepsIn({ curl, continued, tokenCommand }, { apiOrigin, issuer }) {
  // Answers do not end with a newline: `-w` writes one.
  const get = (option, path) => `${curl} ${option} -w '\\n' ${apiOrigin}${path}`;
  const withToken = ` ${continued}\n  -H "Authorization: Bearer $TOKEN"`;
  return [
    ['Call a public route:', get('-s', '/api/public')],
    ['Call a protected route without a token. The answer is 401:', get('-i', '/api/private')],
    ['Get an access token with the scope read:messages for a machine:', tokenCommand(issuer)],
    ['Call a route that requires this scope:', get('-s', '/api/private-scoped') + withToken],
    [
      'Call a route that requires another scope. The answer is 403:',
      get('-i', '/api/admin/messages') + withToken,
    ],
  ];
}
