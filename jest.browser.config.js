import base from './jest.config.js';

/**
 * The suites that drive Chromium against the demo. One after the other: a browser and a demo are enough for a small machine.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testRegex: [String.raw`/test/.+\.browser-spec\.ts$`],
  globalSetup: './test/browser/support/build.mjs',
  testTimeout: 60_000,
  maxWorkers: 1,
};
