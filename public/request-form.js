import { element } from './element.js';

const SAMPLE_TEXT = 'Posted from the table of routes';

/** The form of an operation: one field per parameter, one for the body. Dispatches `submit`. */
export class RequestForm extends EventTarget {
  element;

  #path;
  #fields;

  /**
   * @param {string} path an OpenAPI path, such as `/api/messages/{id}`
   * @param {any} operation
   * @param {Record<string, any>} schemas of the OpenAPI document, for references
   */
  constructor(path, { parameters = [], requestBody }, schemas) {
    super();
    this.#path = path;
    const asked = parameters.filter(({ in: place }) => place === 'path' || place === 'query');
    const schema = requestBody?.content?.['application/json']?.schema;
    this.#fields = [
      ...asked.map(parameterField),
      ...(schema === undefined ? [] : [bodyField(schema, schemas)]),
    ];
    this.element = element(
      'form',
      { class: 'call-form', hidden: this.#fields.length === 0 },
      ...this.#fields.map(({ label }) => label),
      element('button', { class: 'primary small', type: 'submit' }, 'Send'),
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.dispatchEvent(new Event('submit'));
    });
  }

  /** Whether it has required fields. */
  get needsInput() {
    return this.#fields.some(({ required }) => required);
  }

  focus() {
    this.#fields[0].input.focus();
  }

  /** Fills in a field if it is empty. */
  suggest(name, value) {
    const field = this.#fields.find((candidate) => candidate.name === name);
    if (field?.input.value === '') field.input.value = value ?? '';
  }

  /** @returns {{ fault?: string, path?: string, json?: unknown }} the request, or what is wrong */
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
        try {
          json = JSON.parse(value);
        } catch (error) {
          return { fault: `The body is not JSON: ${String(error)}` };
        }
      }
    }
    return { path: query.size > 0 ? `${path}?${query}` : path, json };
  }
}

function parameterField({ name, in: place, required = false }) {
  const input = element('input', { autocomplete: 'off', spellcheck: 'false' });
  const shown = required ? name : `${name} (optional)`;
  return { name, place, required, input, label: labelled(shown, input) };
}

function bodyField(schema, schemas) {
  const input = element('textarea', { rows: 3, spellcheck: 'false' });
  const { properties = {} } = schemas[schema.$ref?.split('/').at(-1)] ?? schema;
  const sample = Object.keys(properties).map((name) => [name, SAMPLE_TEXT]);
  input.value = JSON.stringify(Object.fromEntries(sample), null, 2);
  return { name: 'Body', place: 'body', required: true, input, label: labelled('Body', input) };
}

function labelled(text, input) {
  return element('label', {}, element('span', {}, text), input);
}
