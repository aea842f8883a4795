import { claimText, judge } from './access.js';
import { answerParts, toneOf } from './answer.js';
import { call } from './call.js';
import { byId, element } from './element.js';
import { RequestForm } from './request-form.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const COLUMNS = 4;

/**
 * The table of routes, built from the API's OpenAPI document: what each route requires, whether the
 * current access token passes, and a button to call it.
 */
export class RouteTable {
  #session;
  #description;
  #anyMessageId;
  #verdicts = [];

  /**
   * @param {import('./session.js').Session} session
   * @param {() => string | undefined} anyMessageId suggestion for a parameter `id`
   */
  constructor(session, anyMessageId) {
    this.#session = session;
    this.#anyMessageId = anyMessageId;
    session.addEventListener('change', () => this.#judge());
  }

  /** @param {any} description an OpenAPI document */
  show(description) {
    this.#description = description;
    const rows = operationsOf(description).flatMap((operation) => this.#rowsOf(operation));
    byId('route-rows').replaceChildren(...rows);
    byId('routes').hidden = false;
    this.#judge();
  }

  #judge() {
    const { state, user, current } = this.#session;
    const claims = state === 'in' ? current?.claims : undefined;
    byId('routes-who').textContent =
      claims === undefined
        ? 'a request without an access token'
        : `the access token of ${user?.name ?? claims.sub}`;
    for (const { access, cell } of this.#verdicts) {
      const { passes, why } = judge(access, claims, this.#description['x-grant-claims']);
      cell.textContent = why;
      cell.dataset.passes = String(passes);
    }
  }

  #rowsOf({ method, path, operation }) {
    const access = operation['x-access'];
    const form = new RequestForm(path, operation, this.#description.components?.schemas ?? {});
    const verdict = element('span', { class: 'verdict' });
    this.#verdicts.push({ access, cell: verdict });

    const result = element('div', { class: 'result', 'aria-live': 'polite' });
    const panel = element(
      'tr',
      { class: 'panel', hidden: true },
      element('td', { colspan: COLUMNS }, form.element, result),
    );
    const button = element(
      'button',
      {
        type: 'button',
        class: 'small',
        'aria-expanded': 'false',
        'aria-label': `Call ${method} ${path}`,
      },
      'Call',
    );

    const send = async () => {
      const request = form.read();
      if (request.fault !== undefined) {
        result.dataset.tone = 'failed';
        result.replaceChildren(element('p', { class: 'error' }, request.fault));
        return;
      }
      const answer = await call(this.#session, method, request.path, request.json);
      result.dataset.tone = toneOf(answer);
      result.replaceChildren(...answerParts(answer));
    };
    const open = (isOpen) => {
      panel.hidden = !isOpen;
      button.setAttribute('aria-expanded', String(isOpen));
      button.textContent = isOpen ? 'Close' : 'Call';
      button.setAttribute('aria-label', `${button.textContent} ${method} ${path}`);
    };
    button.addEventListener('click', () => {
      open(panel.hidden);
      if (panel.hidden) return;
      form.suggest('id', this.#anyMessageId());
      if (form.needsInput) form.focus();
      else void send();
    });
    form.addEventListener('submit', () => void send());

    const row = element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row' },
        element('span', { class: `method ${method.toLowerCase()}` }, method),
        ' ',
        element('code', {}, path),
      ),
      element('td', { class: 'requires' }, ...requirementsOf(access)),
      element('td', { class: 'now' }, verdict),
      element('td', { class: 'act' }, button),
    );
    return [row, panel];
  }
}

function operationsOf({ paths }) {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]?.['x-access'] !== undefined).map((method) => ({
      method: method.toUpperCase(),
      path,
      operation: item[method],
    })),
  );
}

/** Describes what a route requires. */
function requirementsOf({ access, scopes, claims }) {
  if (access === 'public') return ['nothing'];
  if (access === 'optional') return ['nothing (token optional)'];
  if (scopes.length + claims.length === 0) return ['an access token'];
  return [...scopes.map(scopesInWords), ...claims.map(claimText)].map((words) =>
    element('span', {}, ...[words].flat()),
  );
}

function scopesInWords({ scopes, match, from }) {
  const names = scopes.flatMap((name, index) => [
    index === 0 ? '' : match === 'any' ? ' or ' : ' and ',
    element('code', {}, name),
  ]);
  return from === undefined ? names : [...names, ` in ${from.join(' or ')}`];
}
