import { stripVTControlCharacters } from 'node:util';

/**
 * Hides the notices that oidc-provider prints for operators of real servers: what to change before
 * going live, and a newer Node version. They do not apply to a demo. Import this file before
 * oidc-provider, which prints some of them while it loads. Everything else is still printed.
 */
const NOTICE = /^oidc-provider (?:NOTICE|WARNING): /;

for (const level of /** @type {const} */ (['info', 'warn'])) {
  const print = console[level].bind(console);
  console[level] = (...words) => {
    // On a terminal the notices have colour codes.
    if (!NOTICE.test(stripVTControlCharacters(String(words[0])))) print(...words);
  };
}
