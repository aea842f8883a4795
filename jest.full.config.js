import base from './jest.config.js';

/**
 * The exhaustive suites that `npm test` leaves out: thousands of generated cases, and tests that
 * start processes.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testRegex: [String.raw`/test/.+\.full-spec\.ts$`],
};
