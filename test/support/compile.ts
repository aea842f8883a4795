import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformFile } from '@swc/core';

const ROOT = join(import.meta.dirname, '../..');

export interface CompiledSource {
  /** Where it stands: `database/database.js` and the rest of `src` are in it. */
  directory: string;
  remove(): Promise<void>;
}

/** Compiles `src` into its own directory, for tests that start a plain Node process. */
export async function compileSource(): Promise<CompiledSource> {
  const project = await mkdtemp(join(tmpdir(), 'nestjs-auth0-api-'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  for (const name of ['node_modules', 'public'])
    await symlink(join(ROOT, name), join(project, name));
  const directory = join(project, 'dist');
  const source = join(ROOT, 'src');
  const files = await readdir(source, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const from = join(file.parentPath, file.name);
    const to = join(directory, from.slice(source.length));
    await mkdir(dirname(to), { recursive: true });
    if (file.name.endsWith('.ts')) await writeFile(to.replace(/\.ts$/, '.js'), await compile(from));
    else await cp(from, to);
  }
  return { directory, remove: () => rm(project, { recursive: true, force: true }) };
}

async function compile(file: string): Promise<string> {
  const { code } = await transformFile(file, { configFile: join(ROOT, '.swcrc'), swcrc: false });
  return code;
}
