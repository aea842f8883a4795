/**
 * Makes an element. What it holds is put in as text, so that nothing from a token or from the API becomes markup.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [attributes] `on` has listeners by event; true and false switch an attribute
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
 * The element of the page with this id.
 *
 * @param {string} id
 * @returns {any} which kind of element it is, the page says
 */
export function byId(id) {
  return document.getElementById(id);
}

/** Tells who listens rather than looks what has happened. */
export function announce(text) {
  byId('announcements').textContent = text;
}
