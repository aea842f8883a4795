import { grantedScopes } from './access.js';
import { call } from './call.js';
import { announce, byId, element } from './element.js';
import { messageRow, timeOf } from './message-row.js';
import { failureText, PagedList } from './pages.js';

const MESSAGES = '/api/admin/messages';
const AUDIT = '/api/admin/audit';

/** What only an administrator sees: everyone's messages, and the audit trail of deletions. */
export class Moderation extends EventTarget {
  /** Claims that the API takes scopes from. */
  grantClaims = ['scope', 'scp'];

  #session;
  #messages;
  #audit;
  #admin;

  constructor(session) {
    super();
    this.#session = session;
    this.#messages = new PagedList(session, {
      key: 'messages',
      prefix: 'moderation',
      row: (message) => this.#row(message),
      emptyText: 'No message of this author.',
    });
    this.#audit = new PagedList(session, {
      key: 'entries',
      prefix: 'audit',
      row: auditRow,
      emptyText: 'Nobody has removed a message.',
    });
    byId('author-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#showMessages();
    });
    session.addEventListener('change', () => this.follow());
  }

  /** Shows or hides all of it, depending on the scopes of the access token. */
  follow() {
    const { state, user, current } = this.#session;
    const scopes = grantedScopes(current?.claims ?? {}, this.grantClaims);
    const admin = state === 'in' && scopes.includes('read:admin') ? user?.sub : undefined;
    byId('moderation').hidden = admin === undefined;
    if (admin === this.#admin) return;
    this.#admin = admin;
    byId('author').value = '';
    this.#messages.clear();
    this.#audit.clear();
    if (admin !== undefined) void this.reload();
  }

  /** Reads both lists again. */
  async reload() {
    if (this.#admin === undefined) return;
    await Promise.all([this.#showMessages(), this.#audit.show(AUDIT)]);
  }

  #showMessages() {
    const author = byId('author').value.trim();
    const query = author === '' ? '' : `?${new URLSearchParams({ author })}`;
    return this.#messages.show(MESSAGES + query);
  }

  #row(message) {
    return messageRow(message, {
      mine: message.author === this.#admin,
      remove: () => this.#remove(message.id),
    });
  }

  async #remove(id) {
    const answer = await call(this.#session, 'DELETE', `${MESSAGES}/${id}`);
    if (answer.status !== 204) return failureText(answer);
    this.#messages.list.querySelector(`[data-id="${CSS.escape(id)}"]`).remove();
    byId('moderation').querySelector('input').focus();
    announce('The message is removed, and the audit trail says so.');
    await this.#audit.show(AUDIT);
    this.dispatchEvent(new Event('change'));
    return '';
  }
}

function auditRow({ actor, action, messageId, author, text, at }) {
  return element(
    'li',
    { tabindex: -1 },
    element('p', { class: 'byline' }, element('strong', {}, actor), timeOf(at)),
    element('p', {}, element('code', {}, action), ' ', element('code', { class: 'id' }, messageId)),
    // Entries from before the API kept the message have neither.
    author === null
      ? ''
      : element('p', { class: 'message-text' }, element('strong', {}, author), `: ${text}`),
  );
}
