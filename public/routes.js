import { claimText, judge } from './access.js';
import { answerParts, toneOf } from './answer.js';
import { call } from './call.js';
import { byId, element } from './element.js';
import { RequestForm } from './request-form.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const COLUMNS = 4;

/**
 * The table of the API's routes, as its own description has them: what each asks for, whether the present token would
 * pass, and a button to try it.
 */
export class RouteTable {
  #session;
  #description;
  #anyMessageId;
  #verdicts = [];

  /**
   * @param {import('./session.js').Session} session
   * @param {() => string | undefined} anyMessageId fills the field `id` of a form
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
        ? 'a request without a token'
        : `the token of ${user?.name ?? claims.sub}`;
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
      element('td', { class: 'asks' }, ...requirementsOf(access)),
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

/** What a route asks for, in words. */
function requirementsOf({ access, scopes, claims }) {
  if (access === 'public') return ['nothing'];
  if (access === 'optional') return ['nothing, or a token'];
  if (scopes.length + claims.length === 0) return ['a token'];
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
