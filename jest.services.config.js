import base from './jest.config.js';

/**
 * The suites that need PostgreSQL, and those that `npm test` runs on the embedded database. Each
 * suite creates its own database on this server and drops it afterwards.
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
