import { claimText, judge } from './access.js';
import { answerParts, toneOf } from './answer.js';
import { call } from './call.js';
import { byId, element } from './element.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const COLUMNS = 4;
const SAMPLE_TEXT = 'Written from the table of routes';

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
    const fields = this.#fieldsOf(operation);
    const verdict = element('span', { class: 'verdict' });
    this.#verdicts.push({ access, cell: verdict });

    const result = element('div', { class: 'result', 'aria-live': 'polite' });
    const form = element(
      'form',
      { class: 'call-form', hidden: fields.length === 0 },
      ...fields.map(({ label }) => label),
      element('button', { class: 'primary small', type: 'submit' }, 'Send'),
    );
    const panel = element(
      'tr',
      { class: 'panel', hidden: true },
      element('td', { colspan: COLUMNS }, form, result),
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
      const request = requestOf(path, fields);
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
      for (const { fill } of fields) fill();
      if (fields.some(({ required }) => required)) fields[0].focus();
      else void send();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void send();
    });

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

  #fieldsOf({ parameters = [], requestBody }) {
    const asked = parameters.filter((parameter) => ['path', 'query'].includes(parameter.in));
    const fields = asked.map((parameter) => {
      const input = element('input', { autocomplete: 'off', spellcheck: 'false' });
      const name = `${parameter.name}${parameter.required ? '' : ' (optional)'}`;
      return {
        name: parameter.name,
        place: parameter.in,
        required: parameter.required === true,
        label: element('label', {}, element('span', {}, name), input),
        focus: () => input.focus(),
        value: () => input.value.trim(),
        fill: () => {
          if (parameter.name === 'id' && input.value === '')
            input.value = this.#anyMessageId() ?? '';
        },
      };
    });
    const schema = requestBody?.content?.['application/json']?.schema;
    if (schema === undefined) return fields;
    const input = element('textarea', { rows: 3, spellcheck: 'false' });
    input.value = JSON.stringify(this.#sampleOf(schema), null, 2);
    const label = element('label', {}, element('span', {}, 'Body'), input);
    return [
      ...fields,
      {
        name: 'body',
        place: 'body',
        required: true,
        label,
        focus: () => input.focus(),
        value: () => input.value,
        fill: () => {},
      },
    ];
  }

  #sampleOf(schema) {
    const named = schema.$ref?.replace('#/components/schemas/', '');
    const { properties = {} } = this.#description.components?.schemas?.[named] ?? schema;
    return Object.fromEntries(Object.keys(properties).map((name) => [name, SAMPLE_TEXT]));
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

function requestOf(path, fields) {
  const query = new URLSearchParams();
  let filled = path;
  let json;
  for (const { name, place, required, value } of fields) {
    const text = value();
    if (text === '' && required) return { fault: `${name} is missing.` };
    if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(text));
    else if (place === 'query' && text !== '') query.set(name, text);
    else if (place === 'body') {
      try {
        json = JSON.parse(text);
      } catch (error) {
        return { fault: `The body is not JSON: ${String(error)}` };
      }
    }
  }
  return { path: query.size > 0 ? `${filled}?${query}` : filled, json };
}

/** What a route asks for, in words. */
function requirementsOf({ access, scopes, claims }) {
  if (access === 'public') return ['nothing'];
  if (access === 'optional') return ['nothing, or a token'];
  if (scopes.length + claims.length === 0) return ['a token'];
  const list = [
    ...scopes.flatMap(({ scopes: names, match, from }) => [
      ...names.flatMap((name, index) => [
        index === 0 ? '' : match === 'any' ? ' or ' : ' and ',
        element('code', {}, name),
      ]),
      from === undefined ? '' : ` in ${from.join(' or ')}`,
    ]),
    ...claims.map((requirement) => element('span', {}, claimText(requirement))),
  ];
  return list.filter((part) => part !== '');
}
