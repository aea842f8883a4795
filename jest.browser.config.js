import base from './jest.config.js';

/**
 * The suites that run the demo in Chromium, each with a browser and a demo of its own.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testRegex: [String.raw`/test/.+\.browser-spec\.ts$`],
  testTimeout: 60_000,
};
