/**
 * Creates an element. Strings become text nodes, so markup from a token or the API has no effect.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [attributes] `on` maps events to listeners; a boolean sets or
 *   removes an attribute
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, { on = {}, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === 'boolean') made.toggleAttribute(attribute, value);
    else if (value !== undefined) made.setAttribute(attribute, String(value));
  }
  for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
  made.append(...children);
  return made;
}

/**
 * @param {string} id
 * @returns {any} the element with this id; its type depends on the page
 */
export function byId(id) {
  return document.getElementById(id);
}

/** Announces an event to screen readers. */
export function announce(text) {
  byId('announcements').textContent = text;
}

/**
 * Disables all buttons of an area while the work runs, so that nothing is sent twice. The button
 * that was pressed gets the focus back.
 *
 * @param {Element} area
 * @param {() => Promise<unknown>} work
 */
export async function whileBusy(area, work) {
  if (area.getAttribute('aria-busy') === 'true') return;
  const pressed = document.activeElement;
  const buttons = [...area.querySelectorAll('button')].filter((button) => !button.disabled);
  area.setAttribute('aria-busy', 'true');
  for (const button of buttons) button.disabled = true;
  try {
    await work();
  } finally {
    area.removeAttribute('aria-busy');
    for (const button of buttons) button.disabled = false;
    if (document.activeElement === document.body && pressed instanceof HTMLElement) pressed.focus();
  }
}

/**
 * Copies a text. The button says so until it loses the focus.
 *
 * @param {HTMLElement} button
 * @param {string} text
 * @param {() => void} otherwise called when the clipboard is not available
 * @param {string} [done] what the button says
 */
export async function copy(button, text, otherwise, done = 'Copied') {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    otherwise();
    announce('The clipboard is not available. The text is selected.');
    return;
  }
  button.textContent = done;
  announce(`${done}.`);
  button.addEventListener('blur', () => (button.textContent = label), { once: true });
}
