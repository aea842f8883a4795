import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import base from './jest.config.js';

/** Whether a folder of `src` uses tables: its suites run on PostgreSQL as well. */
const usesTables = (folder) =>
  readdirSync(join('src', folder))
    .filter((file) => file.endsWith('.ts'))
    .some((file) =>
      readFileSync(join('src', folder, file), 'utf8').includes('/database/schema.js'),
    );

const features = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && usesTables(entry.name))
  .map(({ name }) => name);

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
    String.raw`/test/(${features.join('|')}|security/data)/.+spec\.ts$`,
  ],
  globals: {
    POSTGRES_URL: process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  },
};
