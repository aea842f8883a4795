import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectsOf } from './projects.js';

export interface LoadedProject {
  /** What the files of the document export; tests are not imported. */
  exported: Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- read from text
  /** Imports one of its files: a suite defines its tests then. */
  run(path: string): Promise<unknown>;
  remove(): Promise<void>;
}

/**
 * Follows a document in a directory of its own, in which everything else of this project is linked,
 * and imports the files that the document adds.
 */
export async function load(document: string): Promise<LoadedProject> {
  const { files } = projectsOf(document).find(({ name }) => name === document)!;
  const directory = await mkdtemp(join(tmpdir(), 'nestjs-auth0-api-docs-'));
  await linkAround(
    [...files.keys()].map((path) => path.split('/')),
    process.cwd(),
    directory,
  );
  for (const [path, text] of files) await writeFile(join(directory, path), text);
  const run = (path: string) => import(pathToFileURL(join(directory, path)).href);
  const exported = {};
  for (const path of files.keys()) {
    if (path.startsWith('src/')) Object.assign(exported, await run(path));
  }
  return { exported, run, remove: () => rm(directory, { recursive: true }) };
}

/** Links what is in `from`, except the files on these paths and the directories above them. */
async function linkAround(paths: string[][], from: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const own = new Set(paths.map(([name]) => name!));
  // A document may add directories.
  const entries = await readdir(from).catch(() => []);
  for (const entry of entries.filter((name) => !own.has(name))) {
    await symlink(join(from, entry), join(target, entry));
  }
  for (const name of own) {
    const below = paths.filter(([first, ...rest]) => first === name && rest.length > 0);
    if (below.length === 0) continue;
    const inside = below.map(([, ...rest]) => rest);
    await linkAround(inside, join(from, name), join(target, name));
  }
}
