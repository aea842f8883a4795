import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Component {
  group?: string;
  name: string;
  version: string;
  components?: Component[];
}

/** The parts of a package's entry that say who needs it. */
interface Locked {
  version: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
}

const namesOf = (components: Component[] = []): string[] =>
  components.flatMap(({ group, name, version, components: nested }) => [
    `${group === undefined ? '' : `${group}/`}${name}@${version}`,
    ...namesOf(nested),
  ]);

it('npm run sbom lists the packages that production installs, and no other', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sbom-test-'));
  const file = join(directory, 'sbom.json');
  execFileSync(process.execPath, ['scripts/sbom.mjs', file], { stdio: 'pipe' });
  const sbom = JSON.parse(readFileSync(file, 'utf8')) as {
    bomFormat: string;
    components: Component[];
  };
  rmSync(directory, { recursive: true });

  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const production = Object.entries(packages)
    .filter(([path, { dev, devOptional, optional }]) => path && !dev && !devOptional && !optional)
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`);
  expect(sbom.bomFormat).toBe('CycloneDX');
  expect(production.length).toBeGreaterThan(100);
  expect(new Set(namesOf(sbom.components))).toEqual(new Set(production));
}, 300_000);
