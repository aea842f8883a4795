const KEY = 'answers';

/** Longer bodies are not kept: the storage of a tab is limited. */
const MAX_LENGTH = 20_000;

/** @typedef {import('./call.js').Answer} Answer */

/**
 * The last answer of each route, and the route that is open. They survive a login, which leaves the
 * page, in the storage of this tab. They end with a logout, and when somebody else logs in. Tokens
 * are never stored.
 */
export class Answers {
  /** @type {{ open?: string, sub?: string, byRoute: Record<string, Answer> }} */
  #kept = load();

  /** The name of the open route. */
  get open() {
    return this.#kept.open;
  }

  set open(route) {
    this.#kept.open = route;
    this.#save();
  }

  /** @param {string} route */
  of(route) {
    return this.#kept.byRoute[route];
  }

  /**
   * @param {string} route
   * @param {Answer} answer
   */
  keep(route, answer) {
    this.#kept.byRoute[route] = answer;
    this.#save();
  }

  /** @param {string} route */
  drop(route) {
    delete this.#kept.byRoute[route];
    this.#save();
  }

  clear() {
    this.#kept.byRoute = {};
    this.#save();
  }

  /**
   * Says whose the next answers are. Those of another person are deleted.
   *
   * @param {string} sub
   * @returns {boolean} whether answers were deleted
   */
  belongTo(sub) {
    const isOther = this.#kept.sub !== undefined && this.#kept.sub !== sub;
    this.#kept.sub = sub;
    if (isOther) this.clear();
    else this.#save();
    return isOther;
  }

  #save() {
    const entries = Object.entries(this.#kept.byRoute);
    const short = entries.filter(([, { text }]) => text.length <= MAX_LENGTH);
    const { open, sub } = this.#kept;
    const kept = { open, sub, byRoute: Object.fromEntries(short) };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Storage may be full or switched off. The answers are lost at the next login.
    }
  }
}

function load() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    return { open: kept.open, sub: kept.sub, byRoute: { ...kept.byRoute } };
  } catch {
    return { byRoute: {} };
  }
}
