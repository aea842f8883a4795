import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTH_ERROR_CODES } from '../../src/auth/index.js';
import { projectsOf } from '../docs/projects.js';

interface Manifest {
  version: string;
  engines: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional: boolean }>;
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const root = read('package.json');
const own = read('package/package.json');

describe('package/package.json', () => {
  it('has the version and the Node versions of package.json', () => {
    expect([own.version, own.engines]).toEqual([root.version, root.engines]);
  });

  it('has the ranges of package.json for its dependencies', () => {
    expect(root.dependencies).toMatchObject(own.dependencies);
  });

  it('allows the Nest version that the tests of src/auth run on', () => {
    const ranges = Object.entries(own.peerDependencies!).filter(([name]) =>
      name.startsWith('@nestjs/'),
    );
    expect(ranges.map(([, range]) => range.split(' || ').at(-1))).toEqual(
      ranges.map(() => '^12.0.0'),
    );
  });

  it('names every package that src/auth imports', () => {
    const files = readdirSync('src/auth', { recursive: true, encoding: 'utf8' });
    const imported = files
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => {
        const source = readFileSync(join('src/auth', name), 'utf8');
        return [...source.matchAll(/^(?:import|export) .*?from '([^.'][^']*)'/gms)];
      })
      .map(([, name]) => name!)
      .filter((name) => !name.startsWith('node:'));
    const named = Object.keys({ ...own.dependencies, ...own.peerDependencies });
    expect(imported).toContain('jwks-rsa');
    expect(imported.filter((name) => !named.includes(name))).toEqual([]);
  });
});

describe('the documentation of the package', () => {
  it.each(['package/README.md', 'package/AGENTS.md'])(
    'has the setting of ts-jest that the application on Nest 11 uses: %s',
    (document) => {
      const config = readFileSync('package/fixtures/nest-11-express/jest.config.js', 'utf8');
      const [, pattern] = /transformIgnorePatterns: \[\s*'(.*)',?\s*\]/.exec(config)!;
      expect(readFileSync(document, 'utf8')).toContain(`["${pattern}"]`);
    },
  );

  it('shows a complete e2e test in 15 lines', () => {
    const { files } = projectsOf('package/README.md')[0]!;
    const lines = files.get('test/cats.e2e-spec.ts')!.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(15);
  });

  it('has every option and every code of a refusal', () => {
    const readme = readFileSync('package/README.md', 'utf8');
    const source = readFileSync('src/auth/auth.options.ts', 'utf8');
    const options = [...source.matchAll(/^  (?:abstract readonly )?(\w+)\??:/gm)].map(
      ([, name]) => name!,
    );
    const codes = Object.values(AUTH_ERROR_CODES).flat();
    // Parts of an option.
    const inner = ['context', 'maxEntries', 'maxBytes', 'authTime', 'acr', 'amr'];
    const expected = [...options, ...codes].filter((name) => !inner.includes(name));
    expect(expected.length).toBeGreaterThan(40);
    expect(expected.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
