// Builds `dist` from src/auth, and copies the license. `npm pack` and `npm publish` run it first.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const PACKAGE = import.meta.dirname;
const ROOT = dirname(PACKAGE);
const DIST = join(PACKAGE, 'dist');

rmSync(DIST, { recursive: true, force: true });
const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', PACKAGE], { stdio: 'inherit' });
removePrivateDeclarations();
copyFileSync(join(ROOT, 'LICENSE'), join(PACKAGE, 'LICENSE'));

/**
 * Removes the declarations that no entry refers to. Some of them name types of Passport, which
 * applications need not install.
 */
function removePrivateDeclarations() {
  const { exports } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const entries = Object.values(exports).flatMap(({ types }) => types ?? []);
  const reached = new Set(entries.map((types) => join(PACKAGE, types)));
  for (const file of reached) {
    const imports = readFileSync(file, 'utf8').matchAll(
      /(?:from |import\(|import )['"](\..*?)['"]/g,
    );
    for (const [, name] of imports) {
      reached.add(resolve(dirname(file), name).replace(/\.js$/, '.d.ts'));
    }
  }
  for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    const file = join(DIST, name);
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}
