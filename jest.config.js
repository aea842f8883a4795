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
  testEnvironment: './test/support/jest-environment.mjs',
  setupFiles: ['./test/support/setup.ts'],
  // By default Jest keeps one core free, which is half of a small machine.
  maxWorkers: '100%',
  // Suites that open their own databases leave memory behind.
  workerIdleMemoryLimit: '1.2GB',
  // Long, because other programs may slow the machine down. No test waits for time to pass.
  testTimeout: 30_000,
  testRegex: String.raw`/test/.+\.(e2e-)?spec\.ts$`,
  // Applications that test/package installs the package into.
  testPathIgnorePatterns: ['/node_modules/', '/package/fixtures/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    [String.raw`^(\.{1,2}/.*)\.js$`]: '$1',
    '^@nestjs/throttler$': '<rootDir>/test/support/throttler.mjs',
  },
  // jwks-rsa, which is CommonJS, requires jose, an ES module. Jest rejects that before Node 24.9.
  transformIgnorePatterns: ['/node_modules/(?!(?:.*/)?jose/)'],
  transform: {
    [String.raw`\.ts$`]: swc,
    [String.raw`/node_modules/.+\.js$`]: ['@swc/jest', { jsc: { target: 'es2023' } }],
  },
  collectCoverageFrom: ['src/**/*.ts'],
  // Applies to a run of all tests with --coverage. No file is excluded.
  coverageThreshold: { './src/auth/': { lines: 98, branches: 98 } },
};
