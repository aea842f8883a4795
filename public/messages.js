import { grantedScopes } from './access.js';
import { call } from './call.js';
import { copyAsCurl } from './copy-as-curl.js';
import { announce, byId, element, whileBusy } from './element.js';
import { messageRow, timeOf } from './message-row.js';
import { PagedList, showFailure } from './pages.js';

const OWN = '/api/messages';
const OF_ANYONE = '/api/admin/messages';
const AUDIT = '/api/admin/audit';
const REVOCATIONS = '/api/admin/revocations';
const MAX_CHARACTERS = 2000;

/**
 * The messages and their moderation: one list, in which authors change their own messages. Anyone
 * with `read:admin` can also search it by author and read the audit trail; `write:admin` deletes
 * messages of others, and logs others out.
 */
export class Messages {
  #session;
  #grantClaims = ['scope', 'scp'];
  #list;
  #audit;
  #token;
  #scopes = [];
  /** The lists follow every change that a call of this page makes. */
  #reloading;

  constructor(session) {
    this.#session = session;
    this.#list = new PagedList(session, {
      key: 'messages',
      prefix: 'messages',
      row: (message) => this.#row(message),
      emptyText: 'There are no messages here.',
    });
    this.#audit = new PagedList(session, {
      key: 'entries',
      prefix: 'audit',
      row: auditRow,
      emptyText: 'No administrator has done anything yet.',
    });
    byId('post-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void whileBusy(byId('post-form'), () => this.#post());
    });
    byId('post-curl').addEventListener('click', ({ currentTarget }) =>
      copyAsCurl(currentTarget, session, {
        method: 'POST',
        path: OWN,
        json: { text: byId('post-text').value },
        withToken: true,
      }),
    );
    byId('post-text').addEventListener('input', () => this.#typed());
    byId('author-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void whileBusy(byId('author-form'), () => this.#show());
    });
    byId('author-all').addEventListener('click', () => this.#filterBy(''));
    session.addEventListener('change', () => this.#follow());
    session.addEventListener('written', () => (this.#reloading = this.#reload()));
    this.#typed();
  }

  /** The claims that grant scopes, from the OpenAPI document. */
  set grantClaims(names) {
    this.#grantClaims = names;
    this.#token = undefined;
    this.#follow();
  }

  /** The id of some listed message, a suggestion for a parameter. */
  get anyId() {
    return this.#list.list.firstElementChild?.dataset.id;
  }

  get #moderates() {
    return this.#scopes.includes('read:admin');
  }

  #follow() {
    const { state, user, current } = this.#session;
    const isIn = state === 'in' && user !== undefined;
    const scopes = isIn ? grantedScopes(current?.claims ?? {}, this.#grantClaims) : [];
    // A renewed token of the same person changes nothing.
    const token = isIn ? `${user.sub} ${scopes.join(' ')}` : undefined;
    byId('messages-out').hidden = isIn;
    byId('messages-in').hidden = !isIn;
    if (token === this.#token) return;
    this.#token = token;
    this.#scopes = scopes;
    for (const id of ['author-form', 'moderation', 'moderation-link']) {
      byId(id).hidden = !this.#moderates;
    }
    byId('post-error').replaceChildren();
    byId('post-text').removeAttribute('aria-invalid');
    byId('author').value = '';
    this.#list.clear();
    this.#audit.clear();
    if (!isIn) return;
    void this.#show();
    if (this.#moderates) void this.#audit.show(AUDIT);
  }

  /** Shows the messages of the author in the field, or of everybody. */
  #show() {
    const author = this.#moderates ? byId('author').value.trim() : '';
    byId('author-all').hidden = author === '';
    if (author !== '') return this.#list.show(`${OF_ANYONE}?${new URLSearchParams({ author })}`);
    return this.#list.show(this.#scopes.includes('read:messages') ? OWN : this.#pathForAll);
  }

  get #pathForAll() {
    return this.#moderates ? OF_ANYONE : OWN;
  }

  async #reload() {
    if (this.#token === undefined) return;
    await Promise.all([this.#list.reload(), this.#moderates && this.#audit.reload()]);
  }

  #filterBy(author) {
    byId('author').value = author;
    byId('author').focus();
    void this.#show();
  }

  #row(message) {
    const mine = message.author === this.#session.user?.sub;
    const mayRemove = mine || this.#scopes.includes('write:admin');
    return messageRow(message, {
      mine,
      filter: this.#moderates ? () => this.#filterBy(message.author) : undefined,
      edit: mine ? (text) => this.#edit(message.id, text) : undefined,
      logOut: mayRemove && !mine ? () => this.#logOut(message) : undefined,
      remove: mayRemove ? () => this.#remove(message.id, mine ? OWN : OF_ANYONE) : undefined,
    });
  }

  async #post() {
    const field = byId('post-text');
    const answer = await call(this.#session, 'POST', OWN, { text: field.value });
    const failed = answer.status !== 201;
    field.toggleAttribute('aria-invalid', failed && answer.status === 400);
    if (failed) {
      showFailure(byId('post-error'), answer);
      return;
    }
    field.value = '';
    this.#typed();
    announce('Message posted.');
  }

  async #edit(id, text) {
    const answer = await call(this.#session, 'PATCH', `${OWN}/${id}`, { text });
    if (answer.status !== 200) return answer;
    await this.#reloading;
    this.#list.rowOf(id)?.focus();
    announce('Message changed.');
    return undefined;
  }

  async #remove(id, path) {
    const answer = await call(this.#session, 'DELETE', `${path}/${id}`);
    if (answer.status !== 204) return answer;
    await this.#reloading;
    byId(path === OWN ? 'post-text' : 'author').focus();
    announce(
      path === OWN ? 'Message deleted.' : 'The message is deleted, and the audit trail says so.',
    );
    return undefined;
  }

  async #logOut({ id, author }) {
    const answer = await call(this.#session, 'POST', REVOCATIONS, { sub: author });
    if (answer.status !== 201) return answer;
    await this.#reloading;
    this.#list.rowOf(id)?.focus();
    announce(`The access tokens of ${author} are refused from now on.`);
    return undefined;
  }

  /** Counts as the API does: code points, after trimming. An error about the old text goes. */
  #typed() {
    const count = Array.from(byId('post-text').value.trim()).length;
    byId('post-hint').textContent = `${count} of ${MAX_CHARACTERS} characters`;
    byId('post-error').replaceChildren();
    byId('post-text').removeAttribute('aria-invalid');
  }
}

/** An entry of the audit trail: who deleted whose message and what it said, or who revoked what. */
function auditRow({ id, actor, messageId, author, text, revoked, at }) {
  return element(
    'li',
    { tabindex: -1, 'data-id': id, ...(messageId !== null && { 'data-message': messageId }) },
    element(
      'p',
      { class: 'byline' },
      element('span', {}, element('strong', {}, actor), ...actionOf({ author, revoked })),
      timeOf(at),
    ),
    text === null ? '' : element('p', { class: 'message-text' }, text),
  );
}

function actionOf({ author, revoked }) {
  if (revoked !== undefined) {
    const [[claim, value]] = Object.entries(revoked);
    const what = { sub: 'all access tokens of ', sid: 'the session ', jti: 'the access token ' };
    return [' revoked ', what[claim], element('strong', {}, value)];
  }
  // Entries from before the API kept the message have neither its author nor its text.
  if (author === null) return [' deleted a message'];
  return [' deleted a message of ', element('strong', {}, author)];
}
