/** How deep lists and objects may stand in one another. No issuer is known to come near it. */
export const MAX_DEPTH = 32;

/** More lists and objects than can stand in one another. Anchored, and no character fits two parts: one pass. */
const MANY = new RegExp(`^[^[{]*(?:[[{][^[{]*){${MAX_DEPTH + 1}}`);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/**
 * Whether a JSON text nests deeper than {@link MAX_DEPTH}. `JSON.parse` takes a hundred times as long for such a text as for
 * another of its length, and whatever walks the result may run out of stack.
 */
export function isTooDeep(json: string): boolean {
  return MANY.test(json) && depthOf(json) > MAX_DEPTH;
}

/** Up to what the limit allows and one more. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let index = 0; index < json.length && deepest <= MAX_DEPTH; index += 1) {
    const code = json.charCodeAt(index);
    if (inText) {
      // What follows a backslash ends no text.
      if (code === BACKSLASH) index += 1;
      else inText = code !== QUOTE;
    } else if (code === QUOTE) inText = true;
    else if (OPENING.includes(code)) deepest = Math.max(deepest, (depth += 1));
    else if (CLOSING.includes(code)) depth -= 1;
  }
  return deepest;
}
