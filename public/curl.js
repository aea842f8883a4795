/** Writes requests as commands for a terminal. */

/** Whether the browser runs on Windows, where PowerShell is the usual shell. */
export const usualShell = (platform) => (/^win/i.test(platform) ? 'powershell' : 'bash');

/**
 * @param {object} request
 * @param {string} request.method
 * @param {string} request.url
 * @param {unknown} [request.json] the body
 * @param {string} [request.token] `$TOKEN` stands for the variable; undefined sends no token
 * @param {'bash' | 'powershell'} shell
 */
export function curlCommand({ method, url, json, token }, shell) {
  const quote = shell === 'bash' ? quoteForBash : quoteForPowerShell;
  const parts = [
    // Answers do not end with a newline: `-w` writes one.
    String.raw`${shell === 'bash' ? 'curl' : 'curl.exe'} -i -w '\n' ${quote(url)}`,
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    // Only double quotes replace the variable by its value, in both shells.
    ...(token === '$TOKEN' ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(token !== undefined && token !== '$TOKEN'
      ? [`-H ${quote(`Authorization: Bearer ${token}`)}`]
      : []),
    ...(json === undefined ? [] : [`-H 'Content-Type: application/json'`]),
  ];
  if (json === undefined) return joined(parts, shell);
  const body = JSON.stringify(json);
  if (shell === 'bash') return joined([...parts, `-d ${quote(body)}`], shell);
  // PowerShell changes quotes in an argument, and pipes ASCII only.
  return `${quote(ascii(body))} | ${joined([...parts, "-d '@-'"], shell)}`;
}

/** The command that sets the variable. */
export function tokenCommand(shell, token = '…') {
  return shell === 'bash' ? `TOKEN='${token}'` : `$TOKEN = '${token}'`;
}

function joined(parts, shell) {
  return parts.join(shell === 'bash' ? ' \\\n  ' : ' `\n  ');
}

function quoteForBash(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** PowerShell also ends a string at a typographic quote. */
function quoteForPowerShell(text) {
  return `'${text.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;
}

/** JSON with every other character escaped. */
function ascii(json) {
  return json.replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
