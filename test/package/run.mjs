/**
 * Packs the package `nestjs-resource-server`, installs it into fresh applications outside of this
 * project, and checks that they compile, protect their routes and pass their tests. The code of the
 * package's documentation is compiled with them. Run it with `npm run test:package`.
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, exitWithTotals } from '../../scripts/checks.mjs';
import { checkAnswers } from './answers.mjs';
import { writeDocumentation } from './documentation.mjs';
import { checkMcp } from './mcp.mjs';
import { run } from './processes.mjs';
import { checkTarball, pack } from './tarball.mjs';

const FIXTURES = 'package/fixtures';
/** Each with the command that runs its tests, or what else is checked. */
const APPLICATIONS = {
  'nest-12-fastify': ['node_modules/vitest/vitest.mjs', 'run'],
  'nest-12-express': ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'],
  'nest-11-express': ['node_modules/jest/bin/jest.js'],
  'nest-12-fastify-mcp': checkMcp,
};

const directory = await mkdtemp(join(tmpdir(), 'package-'));

async function checkApplication(name, tarball) {
  const home = join(directory, name);
  await mkdir(home);
  await cp(join(FIXTURES, 'shared'), home, { recursive: true });
  await cp(join(FIXTURES, name), home, { recursive: true });
  await writeDocumentation(name, home);
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--no-progress'];
  const install = await run('npm', ['install', ...flags, tarball], home);
  check(`${name}: npm install`, install.code === 0, install.text);
  const compiled = await run(process.execPath, ['node_modules/typescript/bin/tsc'], home);
  check(`${name}: compiles, documentation included`, compiled.code === 0, compiled.text);
  await checkAnswers(name, home);
  const more = APPLICATIONS[name];
  if (typeof more === 'function') {
    await more(name, home);
    return;
  }
  const tests = await run(process.execPath, more, home);
  check(`${name}: passes its own e2e test`, tests.code === 0, tests.text);
}

try {
  const tarball = await pack(directory);
  await checkTarball(tarball);
  await Promise.all(Object.keys(APPLICATIONS).map((name) => checkApplication(name, tarball)));
} catch (error) {
  check('runs to its end', false, error.stack);
} finally {
  if (process.env.KEEP) console.log(directory);
  else await rm(directory, { recursive: true, force: true });
}
exitWithTotals();
