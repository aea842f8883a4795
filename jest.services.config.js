import base from './jest.config.js';

/**
 * The suites that need PostgreSQL, and once more on it those that run embedded in `npm test`. Each creates a database
 * of its own on this server and drops it afterwards.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testRegex: [
    String.raw`/test/.+\.services-spec\.ts$`,
    String.raw`/test/(messages|admin|security/data)/.+spec\.ts$`,
  ],
  globals: {
    POSTGRES_URL: process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  },
};
