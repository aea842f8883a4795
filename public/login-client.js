const SDK = '/vendor/auth0-spa-js.production.esm.js';
const SDK_WORKER = '/vendor/auth0-spa-js.worker.production.js';

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

/** Whether the person wants bound tokens, in all tabs of this browser. */
const BINDING = 'bind-tokens';

/**
 * @typedef {object} LoginConfig
 * @property {string} domain
 * @property {string} clientId
 * @property {string} audience
 * @property {string} scope
 * @property {'allowed' | 'required'} [dpop] undefined if the API takes no bound tokens
 */

/** @returns {Promise<LoginConfig | undefined>} undefined if nobody can log in */
export async function loadConfig() {
  const answer = await fetch('/config.json');
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`Cannot load /config.json (status ${answer.status}).`);
  return answer.json();
}

/**
 * @param {LoginConfig} config
 * @param {boolean} useDpop whether its tokens are bound to a key of this browser
 */
export async function createClient({ domain, clientId, audience, scope }, useDpop) {
  const { Auth0Client } = await import(SDK);
  return new Auth0Client({
    domain,
    clientId,
    useDpop,
    // Browsers block the issuer's cookies in a hidden frame. Refresh tokens need no cookies.
    useRefreshTokens: true,
    useRefreshTokensFallback: true,
    workerUrl: SDK_WORKER,
    authorizeTimeoutInSeconds: SILENT_LOGIN_TIMEOUT_SEC,
    authorizationParams: { audience, scope, redirect_uri: location.origin },
  });
}

/**
 * Completes a login after the redirect.
 *
 * @returns {Promise<string | undefined>} why the login failed
 */
export async function finishLogin(client) {
  const parameters = new URLSearchParams(location.search);
  if (!parameters.has('state') || !(parameters.has('code') || parameters.has('error'))) {
    return undefined;
  }
  try {
    const { appState } = await client.handleRedirectCallback();
    history.replaceState(null, '', `/${appState?.hash ?? ''}`);
    return undefined;
  } catch (error) {
    // A code works only once: reloading the page must not send it again.
    history.replaceState(null, '', '/');
    return `Login failed: ${textOf(error)}`;
  }
}

/** Rejects if the issuer is down: a redirect would leave the page for an error of the browser. */
export async function reachIssuer({ domain }) {
  // The option `domain` of the SDK is a domain or, for some issuers, a URL.
  const origin = domain.includes('://') ? domain : `https://${domain}`;
  const address = `${origin}/.well-known/openid-configuration`;
  await fetch(address, { mode: 'no-cors', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
}

/** @param {LoginConfig} config */
export function wantsBinding({ dpop }) {
  if (dpop === undefined) return false;
  return dpop === 'required' || localStorage.getItem(BINDING) === 'on';
}

/** @param {boolean} isOn */
export function rememberBinding(isOn) {
  localStorage.setItem(BINDING, isOn ? 'on' : 'off');
}

/** Whether only a new login helps. */
export function needsLogin({ error }) {
  return LOGIN_NEEDED.has(error);
}

export function textOf(error) {
  return error.error_description ?? error.message ?? String(error);
}
