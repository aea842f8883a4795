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
