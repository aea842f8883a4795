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
 */
export function messageRow(message, { mine, filter, edit, remove }) {
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
  const editing = button('Edit', message, () => startEditing());
  const removing = button('Delete', message, () => askBeforeRemoving());
  const idle = () => {
    error.replaceChildren();
    buttons.replaceChildren(edit ? editing : '', remove ? removing : '');
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
      button('Save', message, () => attempt(() => edit(field.value)), 'primary'),
      button('Cancel', message, cancel),
    );
    field.focus();
  };
  const askBeforeRemoving = () => {
    const keep = () => {
      idle();
      removing.focus();
    };
    const sure = button('Delete for good', message, () => attempt(remove), 'danger');
    buttons.replaceChildren(sure, button('Keep', message, keep));
    sure.focus();
  };
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

function button(label, { text }, click, kind = '') {
  const shortened = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  const name = `${label}: ${shortened}`;
  return element(
    'button',
    { type: 'button', class: `small ${kind}`, 'aria-label': name, on: { click } },
    label,
  );
}
