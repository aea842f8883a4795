/** How deep lists and objects may stand in one another, and how many lists, objects and members there may be in all. */
export const MAX_DEPTH = 32;
export const MAX_PARTS = 500;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];
const COLON = 0x3a;

/**
 * Whether a JSON text nests deeper than {@link MAX_DEPTH} or has more than {@link MAX_PARTS}. `JSON.parse` takes up to a hundred
 * times as long for such a text as for another of its length, and whatever walks the result may run out of stack.
 */
export function isTooComplex(json: string): boolean {
  return mayExceedBounds(json) && exceedsBounds(json);
}

/** Without a look at what stands in a text: nothing finds a character as fast as `indexOf`, and few tokens have that many. */
function mayExceedBounds(json: string): boolean {
  let parts = 0;
  for (const sign of ['[', '{', ':']) {
    for (let at = json.indexOf(sign); at !== -1; at = json.indexOf(sign, at + 1)) {
      parts += 1;
      if (parts > MAX_DEPTH) return true;
    }
  }
  return false;
}

function exceedsBounds(json: string): boolean {
  let depth = 0;
  let parts = 0;
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
      parts += 1;
    } else if (CLOSING.includes(code)) {
      depth -= 1;
    } else if (code === COLON) {
      parts += 1;
    }
    if (depth > MAX_DEPTH || parts > MAX_PARTS) return true;
  }
  return false;
}
