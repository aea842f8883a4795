import { judge } from './access.js';
import { decoratorsOf } from './decorators.js';
import { byId, element } from './element.js';
import { samplePeople } from './people.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const FORM = 'application/x-www-form-urlencoded';

const SIGNS = { true: '✓', false: '✕', undefined: '?' };

/**
 * @typedef {object} Route
 * @property {string} name such as `GET /api/me`
 * @property {string} method
 * @property {string} path
 * @property {any} operation
 * @property {import('./access.js').Access} access
 */

/**
 * The routes of an OpenAPI document whose access is known. Those that take a form are left out:
 * machines send it, and no access token.
 */
export function routesOf({ paths }) {
  const takesForm = ({ requestBody }) => requestBody?.content?.[FORM] !== undefined;
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((key) => item[key]?.['x-access'] && !takesForm(item[key])).map((key) => {
      const [method, operation] = [key.toUpperCase(), item[key]];
      return { name: `${method} ${path}`, method, path, operation, access: operation['x-access'] };
    }),
  );
}

/**
 * The access map: every route of the API, the decorators that guard it, and who passes. It is
 * computed from the OpenAPI document; no request is sent for it.
 */
export class AccessMap {
  #session;
  #grantClaims;
  #mine = [];
  #buttons = new Map();

  /**
   * @param {import('./session.js').Session} session
   * @param {{ routes: Route[], grantClaims: string[] }} api
   * @param {(route: Route) => void} choose called with the route that was clicked
   */
  constructor(session, { routes, grantClaims }, choose) {
    this.#session = session;
    this.#grantClaims = grantClaims;
    const rules = routes.map(({ access }) => access);
    const people = session.demo?.people ?? samplePeople(rules, grantClaims);
    byId('map-people').textContent =
      session.demo === undefined
        ? 'Reader, writer and admin are examples: a token with the scopes that begin with read:, ' +
          'with all but the :admin scopes, and with everything.'
        : 'Reader, writer and admin are the people of the demo.';
    byId('map-heads').append(
      ...['anonymous', ...people.map(({ username }) => username), 'you'].map((name) =>
        element('th', { scope: 'col', class: 'who-head' }, element('span', {}, name)),
      ),
    );
    byId('route-rows').replaceChildren(...routes.map((route) => this.#row(route, people, choose)));
    byId('map').removeAttribute('aria-busy');
    session.addEventListener('change', () => this.#judgeMine());
    this.#judgeMine();
  }

  /** Marks a route as the open one; undefined for none. */
  mark(name) {
    for (const [route, button] of this.#buttons) {
      button.setAttribute('aria-expanded', String(route === name));
    }
  }

  /** @param {string} name */
  focus(name) {
    this.#buttons.get(name)?.focus();
  }

  #row(route, people, choose) {
    const { name, method, path, access } = route;
    const button = element(
      'button',
      { type: 'button', class: 'route', 'aria-expanded': 'false', 'aria-controls': 'call' },
      element('span', { class: `method ${method.toLowerCase()}` }, method),
      ' ',
      element('span', { class: 'path' }, path),
    );
    this.#buttons.set(name, button);
    const guards = decoratorsOf(access).map((text) => element('code', {}, text));
    const mine = element('td', { class: 'cell mine' });
    this.#mine.push({ access, cell: mine });
    return element(
      'tr',
      { on: { click: () => choose(route) } },
      element('th', { scope: 'row' }, button),
      element(
        'td',
        { class: 'guards' },
        ...(guards.length > 0
          ? guards
          : [element('span', { class: 'quiet' }, 'no decorator: any valid token')]),
      ),
      ...[undefined, ...people.map((person) => afterLogin(person, access))].map((claims) => {
        const cell = element('td', { class: 'cell' });
        fill(cell, judge(access, claims, this.#grantClaims));
        return cell;
      }),
      mine,
    );
  }

  #judgeMine() {
    const { state, user, current } = this.#session;
    const claims = state === 'in' ? (current?.claims ?? {}) : undefined;
    byId('map-you').textContent =
      claims === undefined ? 'not logged in' : (user?.name ?? user?.sub ?? 'your token');
    for (const { access, cell } of this.#mine) {
      fill(cell, judge(access, claims, this.#grantClaims));
    }
  }
}

/** The claims of a person who has just logged in. */
function afterLogin({ claims }, { stepUp }) {
  const now = Date.now() / 1000;
  return Object.assign({}, ...stepUp.map(({ from }) => ({ [from.authTime]: now })), claims);
}

function fill(cell, { passes, why }) {
  cell.dataset.passes = String(passes);
  cell.title = why;
  cell.replaceChildren(
    element('span', { 'aria-hidden': 'true' }, SIGNS[passes]),
    element('span', { class: 'hidden-text' }, passes ? 'passes' : why),
  );
}
