import { call, failureText } from './call.js';
import { byId, element, whileBusy } from './element.js';

const PAGE = 20;
const MAX_LIMIT = 100;

/**
 * A list from the API, newest first, with a button that loads the next page. While the first page
 * loads, placeholders are shown.
 */
export class PagedList {
  #session;
  #path;
  #key;
  #prefix;
  #row;
  #emptyText;
  #cursor;
  #newest = 0;

  /**
   * @param {import('./session.js').Session} session
   * @param {object} options
   * @param {string} options.key name of the array in the response
   * @param {string} options.prefix of the ids of the list, the error and the button
   * @param {(item: any) => HTMLElement} options.row
   * @param {string} options.emptyText
   */
  constructor(session, { key, prefix, row, emptyText }) {
    this.#session = session;
    this.#key = key;
    this.#prefix = prefix;
    this.#row = row;
    this.#emptyText = emptyText;
    this.#more.addEventListener('click', () =>
      whileBusy(this.#more.parentElement, () => this.#load({ cursor: this.#cursor })),
    );
  }

  /** Shows the first page. */
  async show(path) {
    if (path !== this.#path) this.clear();
    this.#path = path;
    await this.#load({});
  }

  /** Reads again what is shown, after a change. */
  async reload() {
    const shown = this.list.childElementCount;
    await this.#load({ limit: Math.min(MAX_LIMIT, Math.max(PAGE, shown)) });
  }

  /** Empties the list, for example after a logout. */
  clear() {
    this.#newest += 1;
    this.#path = undefined;
    this.list.replaceChildren();
    this.list.removeAttribute('aria-busy');
    delete this.list.dataset.empty;
    this.#error.replaceChildren();
    this.#more.hidden = true;
  }

  get list() {
    return byId(`${this.#prefix}-list`);
  }

  /** The row of an item, for example to give it the focus. */
  rowOf(id) {
    return this.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  get #error() {
    return byId(`${this.#prefix}-error`);
  }

  get #more() {
    return byId(`${this.#prefix}-more`);
  }

  /** @param {Record<string, string | number | undefined>} query */
  async #load(query) {
    const mine = (this.#newest += 1);
    const url = new URL(this.#path, location.origin);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    this.list.setAttribute('aria-busy', 'true');
    const answer = await call(this.#session, 'GET', url.pathname + url.search);
    // Outdated: meanwhile the list was cleared, or loaded with another filter.
    if (mine !== this.#newest) return;
    this.list.removeAttribute('aria-busy');
    const items = answer.json?.[this.#key];
    if (!Array.isArray(items)) {
      showFailure(this.#error, answer);
      return;
    }
    this.#error.replaceChildren();
    const rows = items.map(this.#row);
    if (query.cursor === undefined) {
      this.list.replaceChildren(...rows);
      this.list.dataset.empty = this.#emptyText;
    } else {
      this.list.append(...rows);
      rows[0]?.focus();
    }
    this.#cursor = answer.json.nextCursor;
    this.#more.hidden = this.#cursor === undefined;
  }
}

/**
 * Shows a failed call where it failed, with a button that takes the answer apart.
 *
 * @param {HTMLElement} place
 * @param {import('./call.js').Answer} answer
 */
export function showFailure(place, answer) {
  const explain = () => {
    document.dispatchEvent(new CustomEvent('explain', { detail: answer }));
  };
  place.replaceChildren(
    failureText(answer),
    ' ',
    element('button', { type: 'button', class: 'link', on: { click: explain } }, 'Show the answer'),
  );
}
