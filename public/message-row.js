import { element, whileBusy } from './element.js';
import { showFailure } from './pages.js';

/**
 * A message in a list, with buttons for what the reader may do with it.
 *
 * @param {object} message
 * @param {string} message.id
 * @param {string} message.text
 * @param {string} message.author
 * @param {string} message.createdAt
 * @param {string} message.updatedAt
 * @param {object} actions each resolves with an answer if it failed
 * @param {boolean} actions.mine whether the reader is the author
 * @param {() => void} [actions.filter] shows the messages of this author
 * @param {(text: string) => Promise<import('./call.js').Answer | undefined>} [actions.edit]
 * @param {() => Promise<import('./call.js').Answer | undefined>} [actions.remove]
 * @param {() => Promise<import('./call.js').Answer | undefined>} [actions.logOut] refuses the
 * access tokens of the author
 */
export function messageRow(message, { mine, filter, edit, remove, logOut }) {
  const text = element('p', { class: 'message-text' }, message.text);
  const error = element('p', { class: 'error', role: 'alert' });
  const buttons = element('div', { class: 'row' });
  const row = element(
    'li',
    { class: 'message', tabindex: -1, 'data-id': message.id },
    element(
      'p',
      { class: 'byline' },
      authorOf(message, filter),
      mine ? element('span', { class: 'badge' }, 'you') : '',
      timeOf(message.createdAt),
      message.updatedAt === message.createdAt ? '' : element('span', {}, 'edited'),
    ),
    text,
    buttons,
    error,
  );
  const editing = button('Edit', message.text, () => startEditing());
  const removing = button('Delete', message.text, () => askBeforeRemoving());
  const loggingOut = button('Log out everywhere', message.text, () => askBeforeLoggingOut());
  const idle = () => {
    error.replaceChildren();
    buttons.replaceChildren(edit ? editing : '', remove ? removing : '', logOut ? loggingOut : '');
    text.hidden = false;
    row.querySelector('textarea')?.remove();
  };
  const attempt = (work) =>
    whileBusy(row, async () => {
      error.replaceChildren();
      const failure = await work();
      if (failure !== undefined) showFailure(error, failure);
    });
  const startEditing = () => {
    const field = element('textarea', { rows: 2, 'aria-label': 'Text of the message' });
    field.value = message.text;
    text.hidden = true;
    text.after(field);
    const cancel = () => {
      idle();
      editing.focus();
    };
    field.addEventListener('input', () => error.replaceChildren());
    field.addEventListener('keydown', ({ key }) => key === 'Escape' && cancel());
    buttons.replaceChildren(
      button('Save', message.text, () => attempt(() => edit(field.value)), 'primary'),
      button('Cancel', message.text, cancel),
    );
    field.focus();
  };
  /** Asks before it does what a button says. */
  const ask = (asked, { label, about, cancelLabel, work }) => {
    const cancel = () => {
      idle();
      asked.focus();
    };
    const sure = button(label, about, () => attempt(work), 'danger');
    buttons.replaceChildren(sure, button(cancelLabel, about, cancel));
    sure.focus();
  };
  const askBeforeRemoving = () =>
    ask(removing, {
      label: 'Delete for good',
      about: message.text,
      cancelLabel: 'Keep',
      work: remove,
    });
  const askBeforeLoggingOut = () =>
    ask(loggingOut, {
      label: 'Refuse all their access tokens',
      about: message.text,
      cancelLabel: 'Cancel',
      work: logOut,
    });
  idle();
  return row;
}

/** Shows a time in the format of the browser's language. */
export function timeOf(text) {
  const shown = new Date(text).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return element('time', { datetime: text }, shown);
}

function authorOf({ author }, filter) {
  if (filter === undefined) return element('strong', {}, author);
  const title = 'Show the messages of this author';
  return element('button', { type: 'button', class: 'link', title, on: { click: filter } }, author);
}

/** @param {string} about what the button is for, for those who do not see its row */
function button(label, about, click, kind = '') {
  const shortened = about.length > 40 ? `${about.slice(0, 40)}…` : about;
  const name = `${label}: ${shortened}`;
  return element(
    'button',
    { type: 'button', class: `small ${kind}`, 'aria-label': name, on: { click } },
    label,
  );
}
