import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import base from './jest.config.js';

const SOURCE = join(import.meta.dirname, 'src');

/** The folders of `src` that query the database. Their tests are in the same folders of `test`. */
const folders = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name))
  .filter((file) => readFileSync(file, 'utf8').includes("/database/connection.js'"))
  .map((file) => file.slice(SOURCE.length).split(/[\\/]/)[1])
  // Tests of commands bring databases of their own.
  .filter((folder) => folder !== 'commands');

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
    String.raw`/test/(${[...new Set(folders)].join('|')}|security/data)[/.].+spec\.ts$`,
  ],
  globals: {
    POSTGRES_URL: process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  },
};
