/** Counts the checks of a script that `.ci/run` calls, and prints one line for each. */
let passed = 0;
let failed = 0;

/**
 * @param {string} what
 * @param {boolean} is whether it holds
 * @param {unknown} [details] printed when it does not; an array has a line per element
 */
export function check(what, is, details = '') {
  if (is) passed += 1;
  else failed += 1;
  console.log(`${is ? 'ok  ' : 'FAIL'} ${what}`);
  const text = Array.isArray(details) ? details.slice(0, 20).join('\n') : String(details);
  if (!is && text !== '') console.log(text.trimEnd().replaceAll(/^/gm, '       '));
}

/** Prints the line that `.ci/run` reads, and ends the process. */
export function exitWithTotals() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
