import base from './jest.config.js';

/**
 * The suites that drive Chromium against the demo. One after the other, for each start of the demo compiles the API anew.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testRegex: [String.raw`/test/.+\.browser-spec\.ts$`],
  testTimeout: 60_000,
  maxWorkers: 1,
};
