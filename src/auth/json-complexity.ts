/** How deep lists and objects may stand in one another, and how many there may be. No issuer is known to come near either. */
export const MAX_DEPTH = 32;
export const MAX_COUNT = 1000;

/** As many lists and objects as could break a bound. Anchored, and no character fits two parts: one pass. */
const MANY = new RegExp(`^[^[{]*(?:[[{][^[{]*){${MAX_DEPTH + 1}}`);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/**
 * Whether a JSON text nests deeper than {@link MAX_DEPTH} or has more lists and objects than {@link MAX_COUNT}. `JSON.parse` takes
 * a hundred times as long for such a text as for another of its length, and whatever walks the result may run out of stack.
 */
export function isTooComplex(json: string): boolean {
  return MANY.test(json) && exceedsBounds(json);
}

function exceedsBounds(json: string): boolean {
  let depth = 0;
  let count = 0;
  let inText = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (inText) {
      // What follows a backslash ends no text.
      if (code === BACKSLASH) index += 1;
      else inText = code !== QUOTE;
    } else if (code === QUOTE) {
      inText = true;
    } else if (OPENING.includes(code)) {
      depth += 1;
      count += 1;
      if (depth > MAX_DEPTH || count > MAX_COUNT) return true;
    } else if (CLOSING.includes(code)) {
      depth -= 1;
    }
  }
  return false;
}
