/** The token could not be renewed, and the present one is over: only a login helps. */
export class SessionEnded extends Error {}

const SDK = '/vendor/auth0-spa-js.production.esm.js';
const SDK_WORKER = '/vendor/auth0-spa-js.worker.production.js';

/** The SDK takes a token for expired this long before its end. Renewal begins a little later, to find it so. */
const RENEW_BEFORE_END_MS = 55_000;

/** How long after a failed renewal the next one is tried. */
const RETRY_MS = 15_000;

/** No login page is shown in the hidden frame, so that who does not answer by then is away. */
const SILENT_LOGIN_TIMEOUT_SEC = 10;

/** What an issuer says when the person must do something. Everything else may be over in a moment. */
const LOGIN_NEEDED = new Set([
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'invalid_grant',
  'missing_refresh_token',
  'access_denied',
  'mfa_required',
]);

/**
 * @typedef {object} Token
 * @property {string} raw
 * @property {Record<string, any> | undefined} claims undefined where the token is no JWT
 * @property {number | undefined} expiresAt by the clock of this browser, in milliseconds
 * @property {number | undefined} lifetime in milliseconds
 */

/** Who is logged in, with which token. Dispatches `change` whenever one of its properties has. */
export class Session extends EventTarget {
  /** @type {'starting' | 'unconfigured' | 'unavailable' | 'out' | 'in' | 'ended'} */
  state = 'starting';
  /** What the person should know, as a sentence. */
  notice = '';
  /** @type {{ domain: string, clientId: string, audience: string, scope: string } | undefined} */
  config;
  /** @type {Record<string, any> | undefined} claims of the ID token */
  user;
  /** @type {Token | undefined} */
  current;

  #client;
  #timer;
  #otherTabs = new BroadcastChannel('session');

  constructor() {
    super();
    this.#otherTabs.addEventListener('message', () => void this.#loggedOutElsewhere());
  }

  /** Finishes a login that has just come back, or looks for one that there is already. */
  async start() {
    try {
      const config = await this.#loadConfig();
      if (config === undefined) return this.#become('unconfigured');
      this.config = config;
      await this.#createClient(config);
      const refusal = await this.#finishLogin();
      if (refusal === undefined) await this.#client.checkSession();
      if (!(await this.#client.isAuthenticated())) return this.#become('out', refusal);
      this.user = await this.#client.getUser();
      this.#adopt(await this.#client.getTokenSilently());
      return this.#become('in');
    } catch (error) {
      return this.#become(this.#client === undefined ? 'unavailable' : 'out', textOf(error));
    }
  }

  /** Leads to the login page of the issuer. */
  async logIn() {
    try {
      await this.#client.loginWithRedirect();
    } catch (error) {
      this.#become(this.state, textOf(error));
    }
  }

  /** Ends the session here, in the other tabs and at the issuer, which leads back to this page. */
  async logOut() {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
    this.#otherTabs.postMessage('logout');
    await this.#client.logout({ logoutParams: { returnTo: location.origin } });
  }

  /**
   * The access token, renewed first where that is due; undefined when nobody is logged in.
   *
   * @throws {SessionEnded}
   */
  async token() {
    if (this.state === 'ended') throw new SessionEnded();
    if (this.state !== 'in') return undefined;
    try {
      this.#adopt(await this.#client.getTokenSilently());
      if (this.notice !== '') this.#become('in');
    } catch (error) {
      this.#notRenewed(error);
    }
    return this.current.raw;
  }

  async #loadConfig() {
    const answer = await fetch('/config.json');
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`The configuration could not be read (${answer.status}).`);
    return answer.json();
  }

  async #createClient({ domain, clientId, audience, scope }) {
    const { Auth0Client } = await import(SDK);
    this.#client = new Auth0Client({
      domain,
      clientId,
      // Browsers block the issuer's cookies in a frame; a refresh token does without them.
      useRefreshTokens: true,
      useRefreshTokensFallback: true,
      workerUrl: SDK_WORKER,
      authorizeTimeoutInSeconds: SILENT_LOGIN_TIMEOUT_SEC,
      authorizationParams: { audience, scope, redirect_uri: location.origin },
    });
  }

  /** @returns {Promise<string | undefined>} why a login that came back has failed */
  async #finishLogin() {
    const parameters = new URLSearchParams(location.search);
    if (!parameters.has('state') || !(parameters.has('code') || parameters.has('error'))) {
      return undefined;
    }
    try {
      await this.#client.handleRedirectCallback();
      return undefined;
    } catch (error) {
      return `The login was not completed: ${textOf(error)}`;
    } finally {
      // A code works once. Reloading the page must not try it again.
      history.replaceState(null, '', '/');
    }
  }

  #adopt(raw) {
    if (raw === this.current?.raw) return;
    const claims = claimsOf(raw);
    // It is new, and counted from now: the clock of this machine may differ from the issuer's.
    const lifetime = claims?.exp > claims?.iat ? (claims.exp - claims.iat) * 1000 : undefined;
    const expiresAt = lifetime === undefined ? undefined : Date.now() + lifetime;
    this.current = { raw, claims, lifetime, expiresAt };
    if (lifetime !== undefined) {
      this.#renewIn(lifetime - Math.min(RENEW_BEFORE_END_MS, lifetime / 2));
    }
    this.dispatchEvent(new Event('change'));
  }

  #renewIn(milliseconds) {
    clearTimeout(this.#timer);
    // Timers count 31 bits; who keeps a page open for longer renews with the next call.
    const delay = Math.min(Math.max(milliseconds, 1000), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.token().catch(() => {}), delay);
  }

  /** @throws {SessionEnded} unless the present token can still be used */
  #notRenewed(error) {
    if (LOGIN_NEEDED.has(error.error)) {
      this.#end('Your session has ended. Log in to go on.');
      throw new SessionEnded();
    }
    const left = this.current.expiresAt - Date.now();
    if (!(left > 0)) {
      this.#end(
        'The issuer cannot be reached, and your token has expired. Log in when it is back.',
      );
      throw new SessionEnded();
    }
    this.#renewIn(Math.min(RETRY_MS, left));
    this.#become(
      'in',
      'The issuer cannot be reached, so your token was not renewed. It is good until it expires.',
    );
  }

  #end(notice) {
    clearTimeout(this.#timer);
    this.current = undefined;
    this.user = undefined;
    this.#become('ended', notice);
  }

  async #loggedOutElsewhere() {
    if (this.state !== 'in') return;
    await this.#client.logout({ openUrl: false });
    this.#end('You have logged out in another tab.');
  }

  #become(state, notice = '') {
    this.state = state;
    this.notice = notice;
    this.dispatchEvent(new Event('change'));
  }
}

/** Not verified: for display. The API verifies. */
function claimsOf(token) {
  try {
    const base64 = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function textOf(error) {
  return error.error_description ?? error.message ?? String(error);
}
