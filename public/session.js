/** The access token has expired and could not be renewed: a login is necessary. */
export class SessionEnded extends Error {}

const SDK = '/vendor/auth0-spa-js.production.esm.js';
const SDK_WORKER = '/vendor/auth0-spa-js.worker.production.js';

/** The SDK renews a token that expires within 60 seconds, so renewal must start later than that. */
const RENEW_BEFORE_EXPIRY_MS = 55_000;

/** Delay between a failed renewal and the next attempt. */
const RETRY_MS = 15_000;

/** A silent login needs no interaction. An issuer that takes longer is considered unreachable. */
const SILENT_LOGIN_TIMEOUT_SEC = 10;

/** OAuth errors that only a new login can resolve. All other errors may be temporary. */
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
 * @property {Record<string, any> | undefined} claims undefined if the token is not a JWT
 * @property {number | undefined} expiresAt by the browser's clock, in milliseconds
 * @property {number | undefined} lifetime in milliseconds
 */

/** Who is logged in, and their access token. Dispatches `change` when a property changes. */
export class Session extends EventTarget {
  /** @type {'starting' | 'unconfigured' | 'unavailable' | 'out' | 'in' | 'ended'} */
  state = 'starting';
  /** A sentence for the person, or ''. */
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

  /** Completes a login after the redirect, or restores an existing session. */
  async start() {
    try {
      const config = await this.#loadConfig();
      if (config === undefined) return this.#become('unconfigured');
      this.config = config;
      await this.#createClient(config);
      const failure = await this.#finishLogin();
      if (failure === undefined) await this.#client.checkSession();
      if (!(await this.#client.isAuthenticated())) return this.#become('out', failure);
      this.user = await this.#client.getUser();
      this.#adopt(await this.#client.getTokenSilently());
      return this.#become('in');
    } catch (error) {
      return this.#become(this.#client === undefined ? 'unavailable' : 'out', textOf(error));
    }
  }

  /** Redirects to the issuer's login page. */
  async logIn() {
    try {
      await this.#client.loginWithRedirect();
    } catch (error) {
      this.#become(this.state, textOf(error));
    }
  }

  /** Ends the session in all tabs and at the issuer, which redirects back to this page. */
  async logOut() {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- always the same origin
    this.#otherTabs.postMessage('logout');
    await this.#client.logout({ logoutParams: { returnTo: location.origin } });
  }

  /**
   * Returns the access token, renewed if necessary; undefined if nobody is logged in.
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
    if (!answer.ok) throw new Error(`Cannot load /config.json (status ${answer.status}).`);
    return answer.json();
  }

  async #createClient({ domain, clientId, audience, scope }) {
    const { Auth0Client } = await import(SDK);
    this.#client = new Auth0Client({
      domain,
      clientId,
      // Browsers block the issuer's cookies in a hidden frame. Refresh tokens need no cookies.
      useRefreshTokens: true,
      useRefreshTokensFallback: true,
      workerUrl: SDK_WORKER,
      authorizeTimeoutInSeconds: SILENT_LOGIN_TIMEOUT_SEC,
      authorizationParams: { audience, scope, redirect_uri: location.origin },
    });
  }

  /** @returns {Promise<string | undefined>} why the login failed */
  async #finishLogin() {
    const parameters = new URLSearchParams(location.search);
    if (!parameters.has('state') || !(parameters.has('code') || parameters.has('error'))) {
      return undefined;
    }
    try {
      await this.#client.handleRedirectCallback();
      return undefined;
    } catch (error) {
      return `Login failed: ${textOf(error)}`;
    } finally {
      // A code works only once: reloading the page must not send it again.
      history.replaceState(null, '', '/');
    }
  }

  #adopt(raw) {
    if (raw === this.current?.raw) return;
    const claims = claimsOf(raw);
    // Counted from now, because this machine's clock may differ from the issuer's.
    const lifetime = claims?.exp > claims?.iat ? (claims.exp - claims.iat) * 1000 : undefined;
    const expiresAt = lifetime === undefined ? undefined : Date.now() + lifetime;
    this.current = { raw, claims, lifetime, expiresAt };
    if (lifetime !== undefined) {
      this.#renewIn(lifetime - Math.min(RENEW_BEFORE_EXPIRY_MS, lifetime / 2));
    }
    this.dispatchEvent(new Event('change'));
  }

  #renewIn(milliseconds) {
    clearTimeout(this.#timer);
    // Timers are limited to 31 bits (25 days). After that, the next call renews the token.
    const delay = Math.min(Math.max(milliseconds, 1000), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.token().catch(() => {}), delay);
  }

  /** @throws {SessionEnded} if the current token cannot be used any longer */
  #notRenewed(error) {
    if (LOGIN_NEEDED.has(error.error)) {
      this.#end('Your session has ended. Log in to continue.');
      throw new SessionEnded();
    }
    const left = this.current.expiresAt - Date.now();
    if (!(left > 0)) {
      this.#end(
        'Your access token has expired, and the issuer is unreachable. Try to log in later.',
      );
      throw new SessionEnded();
    }
    this.#renewIn(Math.min(RETRY_MS, left));
    this.#become(
      'in',
      'The issuer is unreachable, so your access token was not renewed. It works until it expires.',
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
    this.#end('You logged out in another tab.');
  }

  #become(state, notice = '') {
    this.state = state;
    this.notice = notice;
    this.dispatchEvent(new Event('change'));
  }
}

/** Decodes the claims for display. Only the API verifies tokens. */
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
