import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/open-database.js';
import { MIGRATIONS_FOLDER } from '../../src/database/migrations.js';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/nestjs-auth0-api');

/**
 * A data directory with an embedded database and its tables, which the caller removes. Making the
 * first takes seconds, so it is kept as a template until PGlite or a migration changes.
 */
export async function copyEmbeddedTemplate(): Promise<string> {
  const template = join(CACHE, `database-${await fingerprint()}`);
  const directory = await mkdtemp(join(tmpdir(), 'database-'));
  try {
    await cp(template, directory, { recursive: true });
  } catch {
    await makeTemplate(template);
    await cp(template, directory, { recursive: true });
  }
  return directory;
}

async function makeTemplate(template: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, 'draft-'));
  const { close } = await openDatabase({ dataDir: draft });
  await close();
  try {
    await rename(draft, template);
  } catch {
    await rm(draft, { recursive: true }); // another suite was faster
  }
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const pglite = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  hash.update(await readFile(join(pglite, '../../package.json')));
  // The times in the journal decide which migrations a database still lacks.
  hash.update(await readFile(join(MIGRATIONS_FOLDER, 'meta/_journal.json')));
  for (const name of (await readdir(MIGRATIONS_FOLDER)).toSorted()) {
    if (name.endsWith('.sql')) hash.update(await readFile(join(MIGRATIONS_FOLDER, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
