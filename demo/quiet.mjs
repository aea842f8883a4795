import { stripVTControlCharacters } from 'node:util';

/**
 * oidc-provider tells operators of real tenants, on the console, what to change before they go live, and that it would
 * rather run on a newer Node. Nobody at a demo can act on that. Import this before oidc-provider, which speaks up while
 * it loads; its errors, and everything of anybody else, are still printed.
 */
const ADVICE = /^oidc-provider (?:NOTICE|WARNING): /;

for (const level of /** @type {const} */ (['info', 'warn'])) {
  const print = console[level].bind(console);
  console[level] = (...words) => {
    // In colour on a terminal.
    if (!ADVICE.test(stripVTControlCharacters(String(words[0])))) print(...words);
  };
}
