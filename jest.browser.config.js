import base from './jest.config.js';

/**
 * The suites that run the demo in Chromium. They run one at a time, because a browser and a demo
 * need most of a small machine.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testRegex: [String.raw`/test/.+\.browser-spec\.ts$`],
  testTimeout: 60_000,
  maxWorkers: 1,
};
