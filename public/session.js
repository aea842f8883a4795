import { fromBase64url } from './broken-tokens.js';
import { findDemo } from './people.js';

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

/** The issuer's discovery document. An issuer that takes longer is considered unreachable. */
const PROBE_TIMEOUT_MS = 5000;

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
 * @property {boolean} isPasted whether the person brought it: then it is not renewed
 */

/**
 * Who is logged in, and their access token. Dispatches `change` when a property changes, `written`
 * after a request that changed something, and `logout` before the person's data must go.
 */
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
  /** @type {import('./people.js').Demo | undefined} */
  demo;

  #client;
  #beforePaste;
  #timer;
  #otherTabs = new BroadcastChannel('session');

  constructor() {
    super();
    this.#otherTabs.addEventListener('message', () => void this.#loggedOutElsewhere());
  }

  /** Reads where people log in, and whether that is the demo. */
  async configure() {
    try {
      this.config = await this.#loadConfig();
      this.demo = await findDemo(this.config);
      if (this.config === undefined) this.#become('unconfigured');
    } catch (error) {
      this.#become('unavailable', textOf(error));
    }
  }

  /** Completes a login after the redirect, or restores an existing session. */
  async start() {
    if (this.config === undefined) return undefined;
    try {
      await this.#createClient(this.config);
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

  /**
   * Redirects to the issuer's login page.
   *
   * @param {Record<string, string>} [parameters] of the authorization request
   */
  async logIn(parameters = {}) {
    try {
      // A redirect to an issuer that is down would leave the page for an error of the browser.
      const address = `${originOf(this.config.domain)}/.well-known/openid-configuration`;
      await fetch(address, { mode: 'no-cors', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    } catch {
      return this.#become(
        this.state,
        'The issuer is unreachable, so nobody can log in. Try again later, or use a token of your own.',
      );
    }
    try {
      return await this.#client.loginWithRedirect({
        appState: { hash: location.hash },
        authorizationParams: parameters,
      });
    } catch (error) {
      return this.#become(this.state, textOf(error));
    }
  }

  /**
   * Uses a token that the person has from elsewhere. It stays in memory only.
   *
   * @param {string} text
   * @returns {string} what is wrong with it, or ''
   */
  usePasted(text) {
    const raw = text.trim().replace(/^Bearer +/i, '');
    const claims = claimsOf(raw);
    if (claims === undefined) {
      return (
        'This is not a JWT, which has three parts with dots between them. Auth0 issues a JWT only ' +
        'when the request names the audience of an API.'
      );
    }
    this.#beforePaste = this.state;
    const expiresAt = typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
    const lifetime = claims.exp > claims.iat ? (claims.exp - claims.iat) * 1000 : undefined;
    this.current = { raw, claims, lifetime, expiresAt, isPasted: true };
    this.user = { sub: claims.sub ?? 'no subject', name: claims.sub ?? 'Your token' };
    this.#become('in');
    return '';
  }

  /** @returns {Promise<string | undefined>} the ID token of the login */
  async idToken() {
    if (this.state !== 'in' || this.current.isPasted) return undefined;
    // The SDK keeps the token as it came in the member `__raw`.
    const { ['__raw']: raw } = (await this.#client.getIdTokenClaims()) ?? {};
    return raw;
  }

  /**
   * Ends the session in all tabs and at the issuer, which redirects back to this page. A pasted
   * token is only forgotten.
   */
  async logOut() {
    this.dispatchEvent(new Event('logout'));
    if (this.current?.isPasted) {
      this.current = undefined;
      this.user = undefined;
      return this.#become(this.#beforePaste);
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- always the same origin
    this.#otherTabs.postMessage('logout');
    return this.#client.logout({ logoutParams: { returnTo: location.origin } });
  }

  /**
   * Returns the access token, renewed if necessary; undefined if nobody is logged in.
   *
   * @throws {SessionEnded}
   */
  async token() {
    if (this.state === 'ended') throw new SessionEnded();
    if (this.state !== 'in') return undefined;
    if (this.current.isPasted) return this.current.raw;
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
      const { appState } = await this.#client.handleRedirectCallback();
      history.replaceState(null, '', `/${appState?.hash ?? ''}`);
      return undefined;
    } catch (error) {
      // A code works only once: reloading the page must not send it again.
      history.replaceState(null, '', '/');
      return `Login failed: ${textOf(error)}`;
    }
  }

  #adopt(raw) {
    if (raw === this.current?.raw) return;
    const claims = claimsOf(raw);
    // Counted from now, because this machine's clock may differ from the issuer's.
    const lifetime = claims?.exp > claims?.iat ? (claims.exp - claims.iat) * 1000 : undefined;
    const expiresAt = lifetime === undefined ? undefined : Date.now() + lifetime;
    this.current = { raw, claims, lifetime, expiresAt, isPasted: false };
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
    if (this.state !== 'in' || this.current.isPasted) return;
    this.dispatchEvent(new Event('logout'));
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
    const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token);
    const claims = JSON.parse(new TextDecoder().decode(fromBase64url(payload)));
    return typeof claims === 'object' && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** The option `domain` of the SDK is a domain or, for some issuers, a URL. */
function originOf(domain) {
  return domain.includes('://') ? domain : `https://${domain}`;
}

function textOf(error) {
  return error.error_description ?? error.message ?? String(error);
}
