import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../../scripts/checks.mjs';
import { run } from './processes.mjs';

const MAX_BYTES = 150_000;
const FILES = [
  'README.md',
  'AGENTS.md',
  'CHANGELOG.md',
  'LICENSE',
  'docs/issuers.md',
  'docs/mcp.md',
];

/** Builds the package, and returns the path of its tarball. */
export async function pack(directory) {
  const { code, text } = await run('npm', ['pack', '--pack-destination', directory], 'package');
  if (code !== 0) throw new Error(text);
  return join(directory, text.trim().split('\n').at(-1));
}

export async function checkTarball(tarball) {
  const { length } = await readFile(tarball);
  check(`the package has ${Math.ceil(length / 1000)} kB`, length < MAX_BYTES);

  const { text } = await run('tar', ['tzf', tarball], '.');
  const files = text
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  const missing = FILES.filter((file) => !files.includes(file));
  check('the package has its documents', missing.length === 0, missing);
  const others = files.filter((file) => /spec|fixtures|\.map$|(?<!\.d)\.ts$/.test(file));
  check('the package has no tests, sources and source maps', others.length === 0, others);

  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  const naming = [];
  for (const file of declarations) {
    const source = await readFile(join('package', file), 'utf8');
    if (/['"](passport|passport-jwt|jwks-rsa|lru-cache)['"]/.test(source)) naming.push(file);
  }
  check(
    'its declarations name no dependency',
    declarations.length > 0 && naming.length === 0,
    naming,
  );

  const publint = await runTool('publint/src/cli.js', tarball, '--strict');
  check('publint finds nothing', publint.code === 0, publint.text);
  // An ES module cannot be anything else to CommonJS, which Node can require since 20.19.
  const attw = await runTool(
    '@arethetypeswrong/cli/dist/index.js',
    tarball,
    '--ignore-rules',
    'cjs-resolves-to-esm',
  );
  check('arethetypeswrong finds nothing', attw.code === 0, attw.text);
}

/** Not through npx, which takes a second. */
function runTool(file, ...args) {
  return run(process.execPath, [`node_modules/${file}`, ...args], '.');
}
