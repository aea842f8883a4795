/**
 * `npm run sbom [-- FILE]`: writes the packages that production installs as CycloneDX JSON.
 *
 * They are installed in a temporary directory, as in the Dockerfile. The lock file alone does not
 * say enough: development dependencies that are also optional peers look like production to npm.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CYCLONEDX = '@cyclonedx/cyclonedx-npm@6.0.1';

const [, , file = 'sbom.json'] = process.argv;
const directory = mkdtempSync(join(tmpdir(), 'sbom-'));
const npm = (...args) =>
  execFileSync('npm', args, {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    // On Windows, npm is a script.
    shell: process.platform === 'win32',
  });

try {
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(name, join(directory, name));
  }
  npm('ci', '--omit=dev', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund');
  const options = ['--omit', 'dev', 'optional', '--output-reproducible'];
  options.push('--output-file', resolve(file));
  const download = ['exec', '--yes', '--ignore-scripts', `--package=${CYCLONEDX}`];
  npm(...download, '--', 'cyclonedx-npm', ...options);
} finally {
  rmSync(directory, { recursive: true });
}
console.log(`Written to ${file}.`);
