import { grantedScopes } from './access.js';
import { byId, copy, element } from './element.js';

const SECOND = 1000;

/**
 * The card that says whose token the requests carry: how to get one, and what it contains. The
 * token is masked at first.
 */
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
    byId('btn-copy-token').addEventListener('click', ({ currentTarget }) =>
      this.#copy(currentTarget),
    );
    byId('paste-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#usePasted();
    });
    byId('paste-token').addEventListener('input', () => (byId('paste-error').textContent = ''));
    // On a narrow screen the card stands above everything else.
    byId('token-info').open = matchMedia('(min-width: 1081px)').matches;
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
    const { state, notice, config, user, current, demo } = this.#session;
    const isIn = state === 'in';
    const canLogIn = state === 'out' || state === 'ended';
    document.body.dataset.session = state;
    byId('btn-login').disabled = !canLogIn;
    byId('btn-logout').disabled = !isIn;
    byId('btn-logout').textContent = current?.isPasted ? 'Forget token' : 'Log out';
    byId('session-starting').hidden = state !== 'starting';
    byId('session-unconfigured').hidden = state !== 'unconfigured';
    byId('session-out').hidden = !canLogIn;
    byId('session-paste').hidden = isIn || state === 'starting';
    byId('gated-content').hidden = !isIn;
    byId('session-notice').hidden = notice === '';
    if (byId('session-notice').textContent !== notice) byId('session-notice').textContent = notice;
    byId('session-issuer').textContent = config?.domain ?? '';
    byId('session-people').hidden = demo === undefined || state === 'starting';
    byId('people-label').textContent = isIn ? 'Switch to' : 'Log in to the demo as';
    this.#offerPeople(demo);
    byId('who-name').textContent = nameOf(user);
    byId('who-name').title = nameOf(user);
    if (isIn) this.#drawPerson(user, current);
    if (current?.raw !== this.#drawn) this.#drawToken(current);
    this.#drawn = current?.raw;
    this.#count();
  }

  /** One button per person of the demo. */
  #offerPeople(demo) {
    const place = byId('people-buttons');
    if (demo === undefined || place.childElementCount > 0) return;
    for (const { username, summary } of demo.people) {
      const button = element('button', { type: 'button', title: summary }, username);
      button.setAttribute('aria-label', `Log in as ${username}`);
      button.addEventListener('click', () =>
        // Without the prompt, the tenant would keep the person who is still logged in there.
        this.#session.logIn({ [demo.login_parameter]: username, prompt: 'login' }),
      );
      place.append(button);
    }
  }

  #usePasted() {
    const field = byId('paste-token');
    const fault = this.#session.usePasted(field.value);
    byId('paste-error').textContent = fault;
    if (fault === '') field.value = '';
  }

  #drawPerson(user, { isPasted }) {
    byId('person-name').textContent = nameOf(user);
    byId('person-sub').textContent = isPasted ? 'a token of your own' : (user?.sub ?? '');
    byId('ipt-user-profile').textContent = JSON.stringify(user, null, 2);
    byId('profile').hidden = isPasted;
    byId('token-renewal').textContent = isPasted ? '' : 'It is renewed automatically.';
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

  #copy(button) {
    return copy(button, this.#session.current.raw, () => {
      this.#show(true);
      getSelection().selectAllChildren(byId('ipt-access-token'));
    });
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
