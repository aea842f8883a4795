import { PROOF, curlCommand, tokenCommand, usualShell } from './curl.js';
import { byId, copy } from './element.js';

/** The open request as a command for a terminal. */
export class CommandView {
  #session;
  #request;
  #isPublic = false;
  #newest = 0;

  /**
   * @param {import('./session.js').Session} session
   * @param {() => { fault?: string, method?: string, path?: string, json?: unknown }} request
   */
  constructor(session, request) {
    this.#session = session;
    this.#request = request;
    byId('curl-shell').value = usualShell(navigator.platform);
    for (const id of ['curl-shell', 'curl-token']) {
      byId(id).addEventListener('change', () => this.draw());
    }
    byId('call-copy').addEventListener('click', () => this.#copy(byId('call-copy')));
    byId('curl-copy').addEventListener('click', () => this.#copy(byId('curl-copy')));
  }

  /** @param {boolean} [isPublic] whether the route ignores tokens */
  async draw(isPublic = this.#isPublic) {
    this.#isPublic = isPublic;
    const mine = (this.#newest += 1);
    const { current, state } = this.#session;
    const raw = state === 'in' ? current?.raw : undefined;
    const { method, path, json, fault } = this.#request();
    const shell = byId('curl-shell').value;
    const withToken = byId('curl-token').checked && raw !== undefined && !isPublic;
    byId('curl-token').disabled = raw === undefined || isPublic;
    byId('curl-set').textContent = tokenCommand(shell);
    if (fault !== undefined) return void (byId('curl-command').textContent = fault);
    const url = new URL(path, location.origin).href;
    const isProven = this.#session.sendsProofs && !isPublic;
    byId('curl-hint').hidden = isPublic || withToken || isProven;
    byId('curl-proof').hidden = !isProven;
    const token = withToken ? raw : '$TOKEN';
    const proof = isProven && withToken ? await this.#proofFor({ method, url, token }) : PROOF;
    if (mine !== this.#newest) return undefined;
    const credentials = isPublic ? {} : { token, ...(isProven && { proof }) };
    byId('curl-command').textContent = curlCommand({ method, url, json, ...credentials }, shell);
    return undefined;
  }

  /** A command needs a new proof: one that was sent is used. */
  #proofFor(request) {
    return this.#session.prover.proofFor(request).catch(() => PROOF);
  }

  async #copy(button) {
    byId('curl').open = true;
    await this.draw();
    const command = byId('curl-command').textContent;
    const select = () => getSelection().selectAllChildren(byId('curl-command'));
    await copy(button, command, select, copiedText(command));
  }
}

function copiedText(command) {
  if (command.includes(PROOF)) return 'Copied: set TOKEN and PROOF first';
  return command.includes('$TOKEN') ? 'Copied: set TOKEN first' : 'Copied';
}
