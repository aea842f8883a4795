import { BOUND_FAULTS, BROKEN_TOKENS, brokenToken } from './broken-tokens.js';
import { byId, element } from './element.js';

/** The buttons that send a request which the API must refuse. */
export class BreakButtons {
  #session;
  #send;

  /**
   * @param {import('./session.js').Session} session
   * @param {object} send
   * @param {(credentials: import('./call.js').Credentials) => unknown} send.instead sends the
   *   request with these
   * @param {() => unknown} send.again repeats the last request with its proof
   */
  constructor(session, send) {
    this.#session = session;
    this.#send = send;
    byId('break-buttons').append(
      breaker('none', 'No token', () => send.instead({ name: 'no token', token: undefined })),
      ...BROKEN_TOKENS.map(({ kind, label, name }) =>
        breaker(kind, label, () => this.#sendBroken(kind, name)),
      ),
    );
    byId('bound-buttons').append(
      ...BOUND_FAULTS.map(({ kind, label, name }) =>
        breaker(kind, label, () =>
          kind === 'replayed' ? send.again() : this.#sendBroken(kind, name),
        ),
      ),
    );
  }

  /**
   * Explains the buttons that cannot work now.
   *
   * @param {boolean} isPublic whether the route ignores tokens
   * @param {boolean} hasProof whether there is a proof that was used for this route
   */
  draw(isPublic, hasProof) {
    byId('break').hidden = isPublic;
    const { state, demo, current } = this.#session;
    const isIn = state === 'in';
    const has = {
      tampered: isIn && current?.claims !== undefined,
      id_token: isIn && current?.isPasted === false,
    };
    for (const { kind } of BROKEN_TOKENS)
      buttonOf(kind).disabled = demo === undefined && !has[kind];
    byId('break-hint').textContent =
      demo === undefined
        ? 'Only an issuer can sign an expired token or one for another audience: npm run demo has a ' +
          `tenant that does.${has.tampered ? '' : ' The others are made from your token: log in first.'}`
        : '';
    byId('break-bound').hidden = !isIn || !this.#session.sendsProofs;
    buttonOf('replayed').disabled = !hasProof;
    byId('bound-hint').textContent = hasProof
      ? ''
      : 'Send the request once: then its proof is used.';
  }

  async #sendBroken(kind, name) {
    const credentials = await brokenToken(kind, this.#session);
    if (credentials !== undefined) return this.#send.instead({ name, ...credentials });
    byId('call-fault').textContent = 'The tenant is unreachable, so there is no such token.';
    return undefined;
  }
}

function breaker(kind, label, click) {
  const attributes = { type: 'button', class: 'small', 'data-kind': kind, on: { click } };
  return element('button', attributes, label);
}

/** @returns {HTMLButtonElement} */
function buttonOf(kind) {
  return byId('break').querySelector(`[data-kind=${kind}]`);
}
