import { claimsOf } from './jwt.js';
import {
  createClient,
  finishLogin,
  loadConfig,
  needsLogin,
  reachIssuer,
  rememberBinding,
  textOf,
  wantsBinding,
} from './login-client.js';
import { findDemo } from './people.js';
import { Prover } from './prover.js';

/** The access token has expired and could not be renewed: a login is necessary. */
export class SessionEnded extends Error {}

/** The SDK renews a token that expires within 60 seconds, so renewal must start later than that. */
const RENEW_BEFORE_EXPIRY_MS = 55_000;

/** Delay between a failed renewal and the next attempt. */
const RETRY_MS = 15_000;

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
  /** @type {import('./login-client.js').LoginConfig | undefined} */
  config;
  /** @type {Record<string, any> | undefined} claims of the ID token */
  user;
  /** @type {Token | undefined} */
  current;
  /** @type {import('./people.js').Demo | undefined} */
  demo;
  /** @type {Prover | undefined} makes proofs, if new tokens are bound to this browser */
  prover;

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
      this.config = await loadConfig();
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
      await this.#useClient(wantsBinding(this.config));
      const failure = await finishLogin(this.#client);
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
   * @returns {Promise<boolean>} whether the page is being left
   */
  async logIn(parameters = {}, client = this.#client) {
    try {
      await reachIssuer(this.config);
    } catch {
      this.#become(
        this.state,
        'The issuer is unreachable, so nobody can log in. Try again later, or use a token of your own.',
      );
      return false;
    }
    try {
      await client.loginWithRedirect({
        appState: { hash: location.hash },
        authorizationParams: parameters,
      });
      return true;
    } catch (error) {
      this.#become(this.state, textOf(error));
      return false;
    }
  }

  /**
   * Decides whether tokens are bound to a key of this browser. A token never changes, so a person
   * who is logged in gets a new one: the issuer still knows them and sends them back.
   *
   * @param {boolean} isOn
   */
  async bind(isOn) {
    rememberBinding(isOn);
    if (this.state !== 'in' || this.current.isPasted) {
      await this.#useClient(isOn);
      return this.#become(this.state);
    }
    // The old client has the token that is shown, so it stays until the page is left.
    if (await this.logIn({}, await createClient(this.config, isOn))) return undefined;
    rememberBinding(!isOn);
    return this.#become(this.state, this.notice);
  }

  /**
   * How a token is sent: with a proof if it is bound to a key, or if the API takes nothing else.
   *
   * @param {string} raw
   * @returns {'Bearer' | 'DPoP'}
   */
  schemeOf(raw) {
    const isBound = claimsOf(raw)?.cnf?.jkt !== undefined;
    const mustProve = isBound || this.config?.dpop === 'required';
    return mustProve && this.prover !== undefined ? 'DPoP' : 'Bearer';
  }

  /**
   * Uses a token that the person has from elsewhere. It stays in memory only.
   *
   * @param {string} text
   * @returns {string} what is wrong with it, or ''
   */
  usePasted(text) {
    const raw = text.trim().replace(/^(Bearer|DPoP) +/i, '');
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

  /** Whether the person's requests have a proof. */
  get sendsProofs() {
    if (this.state === 'in') return this.schemeOf(this.current.raw) === 'DPoP';
    return this.config?.dpop === 'required';
  }

  /** Ends the session here, because the API no longer accepts its token. */
  endRevoked() {
    if (this.state !== 'in' || this.current.isPasted) return;
    this.dispatchEvent(new Event('revoked'));
    this.#end(
      'You were logged out elsewhere, so your access token is refused. Log in to continue.',
    );
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

  async #useClient(isBound) {
    this.#client = await createClient(this.config, isBound);
    this.prover = isBound ? new Prover(this.#client) : undefined;
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
    if (needsLogin(error)) {
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
