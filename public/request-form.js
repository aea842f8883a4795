import { element } from './element.js';

const SAMPLE_TEXT = 'Posted from the access map';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The fields of a request: one per parameter, and one for the body. */
export class RequestForm {
  /** The fields, for a form. */
  elements;

  #method;
  #path;
  #fields;

  /**
   * @param {string} method
   * @param {string} path an OpenAPI path, such as `/api/messages/{id}`
   * @param {any} operation
   * @param {Record<string, any>} schemas of the OpenAPI document, for references
   */
  constructor(method, path, { parameters = [], requestBody }, schemas) {
    this.#method = method;
    this.#path = path;
    const asked = parameters.filter(({ in: place }) => place === 'path' || place === 'query');
    const content = requestBody?.content?.['application/json'];
    this.#fields = [
      ...asked.map(parameterField),
      ...(content === undefined ? [] : [bodyField(content, schemas)]),
    ];
    this.elements = this.#fields.map(({ label }) => label);
  }

  /** Whether it has required fields. */
  get needsInput() {
    return this.#fields.some(({ required }) => required);
  }

  /** Fills in a field if it is empty. */
  suggest(name, value) {
    const field = this.#fields.find((candidate) => candidate.name === name);
    if (field?.input.value === '') field.input.value = value ?? '';
  }

  /** @returns {{ fault?: string, method?: string, path?: string, json?: unknown }} */
  read() {
    const query = new URLSearchParams();
    let path = this.#path;
    let json;
    for (const { name, place, required, input } of this.#fields) {
      const value = input.value.trim();
      if (value === '' && required) return { fault: `${name} is missing.` };
      if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
      else if (place === 'query' && value !== '') query.set(name, value);
      else if (place === 'body') {
        const body = parseBody(value);
        if (body.fault !== undefined) return body;
        json = body.json;
      }
    }
    return { method: this.#method, path: query.size > 0 ? `${path}?${query}` : path, json };
  }
}

/** A request whose method and path people write themselves, where the routes are unknown. */
export class FreeForm {
  needsInput = true;

  #method = element('select', {}, ...METHODS.map((name) => element('option', {}, name)));
  #path = element('input', { autocomplete: 'off', spellcheck: 'false', value: '/api/public' });
  #body = element('textarea', { rows: 3, spellcheck: 'false' });

  elements = [
    labelled('Method', this.#method),
    labelled('Path', this.#path),
    labelled('Body (optional)', this.#body),
  ];

  suggest() {}

  read() {
    const path = this.#path.value.trim();
    if (!isOwnPath(path)) return { fault: 'The path must begin with one slash.' };
    const method = this.#method.value;
    const body = this.#body.value.trim();
    return body === '' || method === 'GET'
      ? { method, path }
      : { method, path, ...parseBody(body) };
  }
}

/** Browsers read `//host` and `/\\host` as the address of another host. */
function isOwnPath(path) {
  if (!path.startsWith('/')) return false;
  try {
    return new URL(path, location.origin).origin === location.origin;
  } catch {
    return false;
  }
}

function parseBody(text) {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    return { fault: `The body is not JSON: ${String(error)}` };
  }
}

function parameterField({ name, in: place, required = false }) {
  const input = element('input', { autocomplete: 'off', spellcheck: 'false' });
  const shown = required ? name : `${name} (optional)`;
  return { name, place, required, input, label: labelled(shown, input) };
}

function bodyField({ schema, example }, schemas) {
  const input = element('textarea', { rows: 3, spellcheck: 'false' });
  const { properties = {}, ...described } = schemas[schema.$ref?.split('/').at(-1)] ?? schema;
  const sample = Object.keys(properties).map((name) => [name, SAMPLE_TEXT]);
  const given = example ?? described.example ?? described.examples?.[0];
  input.value = JSON.stringify(given ?? Object.fromEntries(sample), null, 2);
  return { name: 'Body', place: 'body', required: true, input, label: labelled('Body', input) };
}

function labelled(text, input) {
  return element('label', {}, element('span', {}, text), input);
}
