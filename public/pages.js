import { call } from './call.js';
import { byId } from './element.js';

/** A list from the API, newest first, with a button that loads the next page. */
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
    this.#more.addEventListener('click', () => this.#load(this.#cursor));
  }

  /** Shows the first page. */
  async show(path) {
    this.#path = path;
    await this.#load(undefined);
  }

  /** Empties the list, for example after a logout. */
  clear() {
    this.#newest += 1;
    this.list.replaceChildren();
    this.#error.textContent = '';
    this.#more.hidden = true;
  }

  get list() {
    return byId(`${this.#prefix}-list`);
  }

  get #error() {
    return byId(`${this.#prefix}-error`);
  }

  get #more() {
    return byId(`${this.#prefix}-more`);
  }

  async #load(cursor) {
    const mine = (this.#newest += 1);
    const url = new URL(this.#path, location.origin);
    if (cursor !== undefined) url.searchParams.set('cursor', cursor);
    const answer = await call(this.#session, 'GET', url.pathname + url.search);
    // Outdated: meanwhile the list was cleared, or loaded with another filter.
    if (mine !== this.#newest) return;
    const items = answer.json?.[this.#key];
    this.#error.textContent = Array.isArray(items) ? '' : failureText(answer);
    if (!Array.isArray(items)) return;
    const rows = items.map(this.#row);
    if (cursor === undefined) {
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

/** A failed call in one line, for the place on the page where it failed. */
export function failureText({ status, statusText, meaning }) {
  return status === 0 ? meaning : `${status} ${statusText}. ${meaning}`;
}
