import { call } from './call.js';
import { announce, byId } from './element.js';
import { messageRow } from './message-row.js';
import { failureText, PagedList } from './pages.js';

const PATH = '/api/messages';
const MAX_CHARACTERS = 2000;

/** The section Messages: lists messages, posts them, and changes or deletes your own. */
export class Messages extends EventTarget {
  #session;
  #list;
  #reader;

  constructor(session) {
    super();
    this.#session = session;
    this.#list = new PagedList(session, {
      key: 'messages',
      prefix: 'messages',
      row: (message) => this.#row(message),
      emptyText: 'There are no messages yet. Post the first one.',
    });
    byId('post-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#post();
    });
    byId('post-text').addEventListener('input', () => this.#count());
    session.addEventListener('change', () => this.#follow());
    this.#count();
  }

  /** Loads the list again after a change in another part of the page. */
  reload() {
    return this.#list.show(PATH);
  }

  /** The id of some listed message. The table of routes suggests it as a parameter. */
  get anyId() {
    return this.#list.list.firstElementChild?.dataset.id;
  }

  #follow() {
    const { state, user } = this.#session;
    const reader = state === 'in' ? user?.sub : undefined;
    byId('messages-out').hidden = reader !== undefined;
    byId('messages-in').hidden = reader === undefined;
    if (reader === this.#reader) return;
    this.#reader = reader;
    byId('post-error').textContent = '';
    if (reader === undefined) this.#list.clear();
    else void this.reload();
  }

  #row(message) {
    const mine = message.author === this.#reader;
    return messageRow(message, {
      mine,
      edit: mine ? (text) => this.#edit(message.id, text) : undefined,
      remove: mine ? () => this.#remove(message.id) : undefined,
    });
  }

  async #post() {
    const field = byId('post-text');
    const answer = await call(this.#session, 'POST', PATH, { text: field.value });
    const failed = answer.status !== 201;
    byId('post-error').textContent = failed ? failureText(answer) : '';
    field.toggleAttribute('aria-invalid', failed && answer.status === 400);
    if (failed) return;
    field.value = '';
    this.#count();
    this.#list.list.prepend(this.#row(answer.json));
    this.#changed('Message posted.');
  }

  async #edit(id, text) {
    const answer = await call(this.#session, 'PATCH', `${PATH}/${id}`, { text });
    if (answer.status !== 200) return failureText(answer);
    const row = this.#row(answer.json);
    this.#rowOf(id).replaceWith(row);
    row.focus();
    this.#changed('Message changed.');
    return '';
  }

  async #remove(id) {
    const answer = await call(this.#session, 'DELETE', `${PATH}/${id}`);
    if (answer.status !== 204) return failureText(answer);
    this.#rowOf(id).remove();
    byId('post-text').focus();
    this.#changed('Message deleted.');
    return '';
  }

  #rowOf(id) {
    return this.#list.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  #changed(text) {
    announce(text);
    this.dispatchEvent(new Event('change'));
  }

  /** Counts as the API does: code points, after trimming. */
  #count() {
    const count = Array.from(byId('post-text').value.trim()).length;
    byId('post-hint').textContent = `${count} of ${MAX_CHARACTERS} characters`;
  }
}
