import { grantedScopes } from './access.js';
import { announce, byId, element } from './element.js';

const SECOND = 1000;

/** The card that shows who is logged in and their access token, which is masked at first. */
export class SessionCard {
  #session;
  #grantClaims;
  #shown = false;
  #drawn;

  constructor(session) {
    this.#session = session;
    this.#grantClaims = ['scope', 'scp'];
    for (const origin of document.querySelectorAll('.origin')) origin.textContent = location.origin;
    byId('btn-login').addEventListener('click', () => session.logIn());
    byId('btn-logout').addEventListener('click', () => session.logOut());
    byId('btn-show-token').addEventListener('click', () => this.#show(!this.#shown));
    byId('btn-copy-token').addEventListener('click', () => this.#copy());
    setInterval(() => this.#count(), SECOND);
    session.addEventListener('change', () => this.draw());
    this.draw();
  }

  /** The claims that grant scopes, from the OpenAPI document. */
  set grantClaims(names) {
    this.#grantClaims = names;
    this.#drawn = undefined;
    this.draw();
  }

  draw() {
    const { state, notice, config, user, current } = this.#session;
    document.body.dataset.session = state;
    const canLogIn = state === 'out' || state === 'ended';
    byId('btn-login').disabled = !canLogIn;
    byId('btn-logout').disabled = state !== 'in';
    byId('session-starting').hidden = state !== 'starting';
    byId('session-unconfigured').hidden = state !== 'unconfigured';
    byId('session-out').hidden = !canLogIn;
    byId('gated-content').hidden = state !== 'in';
    byId('session-notice').hidden = notice === '';
    if (byId('session-notice').textContent !== notice) byId('session-notice').textContent = notice;
    byId('session-issuer').textContent = config?.domain ?? '';
    byId('who-name').textContent = nameOf(user);
    if (state === 'in') this.#drawPerson(user);
    if (current?.raw !== this.#drawn) this.#drawToken(current);
    this.#drawn = current?.raw;
    this.#count();
  }

  #drawPerson(user) {
    byId('person-name').textContent = nameOf(user);
    byId('person-initial').textContent = nameOf(user).slice(0, 1).toUpperCase();
    byId('person-sub').textContent = user?.sub ?? '';
    byId('ipt-user-profile').textContent = JSON.stringify(user, null, 2);
  }

  #drawToken(token) {
    this.#show(false);
    const claims = token?.claims ?? {};
    const scopes = grantedScopes(claims, this.#grantClaims);
    byId('token-scopes').replaceChildren(
      ...(scopes.length === 0 ? ['no scopes'] : scopes).map((scope) => element('li', {}, scope)),
    );
    byId('token-claims').replaceChildren(
      ...Object.entries(claims).flatMap(([name, value]) => [
        element('dt', {}, name),
        element('dd', {}, claimText(name, value)),
      ]),
    );
  }

  #show(shown) {
    this.#shown = shown;
    const raw = this.#session.current?.raw ?? '';
    byId('ipt-access-token').textContent = shown ? raw : '•'.repeat(Math.min(raw.length, 72));
    byId('ipt-access-token').classList.toggle('masked', !shown);
    byId('btn-show-token').textContent = shown ? 'Hide' : 'Show';
    byId('btn-show-token').setAttribute('aria-pressed', String(shown));
  }

  async #copy() {
    const button = byId('btn-copy-token');
    try {
      await navigator.clipboard.writeText(this.#session.current.raw);
      button.textContent = 'Copied';
      announce('Access token copied.');
    } catch {
      this.#show(true);
      getSelection().selectAllChildren(byId('ipt-access-token'));
      announce('The clipboard is not available. The access token is shown and selected.');
    }
    button.addEventListener('blur', () => (button.textContent = 'Copy'), { once: true });
  }

  #count() {
    const { expiresAt, lifetime } = this.#session.current ?? {};
    const left = expiresAt === undefined ? 0 : Math.max(0, expiresAt - Date.now());
    byId('token-life').value = lifetime === undefined ? 1 : left / lifetime;
    const text = expiresAt === undefined ? 'Its expiry time is unknown.' : expiryText(left);
    if (byId('token-expiry').textContent !== text) byId('token-expiry').textContent = text;
  }
}

function nameOf(user) {
  return user?.name ?? user?.nickname ?? user?.sub ?? '';
}

function expiryText(left) {
  const seconds = Math.ceil(left / SECOND);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (seconds === 0) return 'Expired.';
  if (hours > 0) return `Expires in ${hours} h ${minutes} min.`;
  return minutes > 0 ? `Expires in ${minutes} min ${seconds % 60} s.` : `Expires in ${seconds} s.`;
}

const TIMES = new Set(['exp', 'iat', 'nbf', 'auth_time']);

function claimText(name, value) {
  if (TIMES.has(name) && typeof value === 'number') {
    return `${value} (${new Date(value * 1000).toLocaleString()})`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
