import { PROOF, curlCommand, usualShell } from './curl.js';
import { copy, element } from './element.js';

/**
 * Copies a request as a command for the usual shell of this platform. Without a clipboard, the
 * command is shown below the button.
 *
 * @param {HTMLElement} button
 * @param {import('./session.js').Session} session
 * @param {{ method: string, path: string, json?: unknown, withToken: boolean }} request
 */
export function copyAsCurl(button, { sendsProofs }, { path, withToken, ...request }) {
  const url = new URL(path, location.origin).href;
  const credentials = withToken && { token: '$TOKEN', ...(sendsProofs && { proof: PROOF }) };
  const command = curlCommand({ ...request, ...credentials, url }, usualShell(navigator.platform));
  return copy(button, command, () => {
    const shown = element('pre', { tabindex: 0, 'aria-label': 'Command' }, command);
    button.parentElement.append(shown);
    getSelection().selectAllChildren(shown);
  });
}
