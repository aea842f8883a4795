const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  },
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Jest leaves a core to itself; on a small machine that is half of them.
  maxWorkers: '100%',
  // Generous, for machines that run other things beside the tests; no test waits for time to pass.
  testTimeout: 30_000,
  testRegex: String.raw`/test/.+\.(e2e-)?spec\.ts$`,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { [String.raw`^(\.{1,2}/.*)\.js$`]: '$1' },
  // CommonJS packages require these ESM-only ones, which Jest refuses before Node 24.9: jwks-rsa requires jose,
  // light-my-request cookie, @fastify/static content-disposition. Transformed, they load either way.
  transformIgnorePatterns: ['/node_modules/(?!(?:.*/)?(?:jose|cookie|content-disposition)/)'],
  transform: {
    [String.raw`\.ts$`]: swc,
    [String.raw`/node_modules/.+\.js$`]: ['@swc/jest', { jsc: { target: 'es2023' } }],
  },
  collectCoverageFrom: ['src/**/*.ts'],
  // Judged in a run of all tests with --coverage. Nothing is excluded.
  coverageThreshold: { './src/auth/': { lines: 98, branches: 98 } },
};
