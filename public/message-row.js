import { element } from './element.js';

/**
 * A message in a list, with buttons for what the reader may do with it.
 *
 * @param {object} message
 * @param {string} message.id
 * @param {string} message.text
 * @param {string} message.author
 * @param {string} message.createdAt
 * @param {string} message.updatedAt
 * @param {object} actions
 * @param {boolean} actions.mine whether the reader is the author
 * @param {((text: string) => Promise<string>)} [actions.edit] resolves with an error text, or ''
 * @param {(() => Promise<string>)} [actions.remove] resolves with an error text, or ''
 */
export function messageRow(message, { mine, edit, remove }) {
  const text = element('p', { class: 'message-text' }, message.text);
  const error = element('p', { class: 'error', role: 'alert' });
  const buttons = element('div', { class: 'row' });
  const row = element(
    'li',
    { class: 'message', tabindex: -1, 'data-id': message.id },
    element(
      'p',
      { class: 'byline' },
      element('strong', {}, message.author),
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
    buttons.replaceChildren(edit ? editing : '', remove ? removing : '');
    text.hidden = false;
    row.querySelector('textarea')?.remove();
  };
  const startEditing = () => {
    const field = element('textarea', { rows: 2, 'aria-label': 'Text of the message' });
    field.value = message.text;
    text.hidden = true;
    text.after(field);
    const save = async () => (error.textContent = await edit(field.value));
    const cancel = () => {
      error.textContent = '';
      idle();
      editing.focus();
    };
    field.addEventListener('keydown', ({ key }) => key === 'Escape' && cancel());
    buttons.replaceChildren(
      button('Save', message, save, 'primary'),
      button('Cancel', message, cancel),
    );
    field.focus();
  };
  const askBeforeRemoving = () => {
    const keep = () => {
      idle();
      removing.focus();
    };
    const confirm = async () => {
      error.textContent = await remove();
      if (error.textContent !== '') keep();
    };
    const sure = button('Delete for good', message, confirm, 'danger');
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

function button(label, { text }, click, kind = '') {
  const shortened = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  const name = `${label}: ${shortened}`;
  return element(
    'button',
    { type: 'button', class: `small ${kind}`, 'aria-label': name, on: { click } },
    label,
  );
}
