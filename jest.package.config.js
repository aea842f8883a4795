import base from './jest.config.js';

/**
 * The tables of bound tokens, on what `npm run package` has built from `src/auth`.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testRegex: [String.raw`/test/auth/bound/.+\.(e2e-)?spec\.ts$`],
  moduleNameMapper: {
    [String.raw`^(?:\.{1,2}/)+src/auth/(.*)\.js$`]: '<rootDir>/package/dist/$1.js',
    ...base.moduleNameMapper,
  },
};
