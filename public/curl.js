/** Writes requests as commands for a terminal. */

/** Whether the browser runs on Windows, where PowerShell is the usual shell. */
export const usualShell = (platform) => (/^win/i.test(platform) ? 'powershell' : 'bash');

/** Stands for the variable. */
export const PROOF = '$PROOF';

const PROOF_COMMENT =
  '# A proof works once, for this request and token, and for a minute after it was made.';

/**
 * @param {object} request
 * @param {string} request.method
 * @param {string} request.url
 * @param {unknown} [request.json] the body
 * @param {string} [request.token] `$TOKEN` stands for the variable; undefined sends no token
 * @param {string} [request.proof] of a token that is bound to a key (DPoP, RFC 9449)
 * @param {'bash' | 'powershell'} shell
 */
export function curlCommand({ method, url, json, token, proof }, shell) {
  const quote = shell === 'bash' ? quoteForBash : quoteForPowerShell;
  const scheme = proof === undefined ? 'Bearer' : 'DPoP';
  // Only double quotes replace a variable by its value, in both shells.
  const header = (name, before, value) =>
    value.startsWith('$')
      ? `-H "${name}: ${before}${value}"`
      : `-H ${quote(`${name}: ${before}${value}`)}`;
  const parts = [
    // Answers do not end with a newline: `-w` writes one.
    String.raw`${shell === 'bash' ? 'curl' : 'curl.exe'} -i -w '\n' ${quote(url)}`,
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...(token === undefined ? [] : [header('Authorization', `${scheme} `, token)]),
    ...(proof === undefined ? [] : [header('DPoP', '', proof)]),
    ...(json === undefined ? [] : [`-H 'Content-Type: application/json'`]),
  ];
  const comment = proof === undefined ? '' : `${PROOF_COMMENT}\n`;
  if (json === undefined) return comment + joined(parts, shell);
  const body = JSON.stringify(json);
  if (shell === 'bash') return comment + joined([...parts, `-d ${quote(body)}`], shell);
  // PowerShell changes quotes in an argument, and pipes ASCII only.
  return `${comment}${quote(ascii(body))} | ${joined([...parts, "-d '@-'"], shell)}`;
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
