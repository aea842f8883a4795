import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DOCUMENTS, PACKAGE_DOCUMENTS } from './markdown.js';

/** Anchors of a document, as GitHub makes them from its headings. */
function anchorsOf(file: string): string[] {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)];
  return headings.map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('a document', () => {
  it.each(DOCUMENTS)('links to files and headings that exist: %s', (file) => {
    const source = readFileSync(file, 'utf8');
    const links = [...source.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    const broken = links.filter(([, path, anchor]) => {
      const target = path === '' ? file : join(dirname(file), path!);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('is linked from README.md, which has at most 160 lines', () => {
    const readme = readFileSync('README.md', 'utf8');
    const others = ['README.md', ...PACKAGE_DOCUMENTS];
    const pages = DOCUMENTS.filter((file) => !others.includes(file));
    expect(pages.filter((file) => !readme.includes(`](${file})`))).toEqual([]);
    expect(readme.split('\n').length - 1).toBeLessThanOrEqual(160);
  });

  it('of the package is linked from package/README.md', () => {
    const readme = readFileSync('package/README.md', 'utf8');
    const pages = PACKAGE_DOCUMENTS.map((file) => file.replace('package/', ''));
    expect(pages.slice(1).filter((file) => !readme.includes(`](${file})`))).toEqual([]);
  });

  it('names a test that exists for each demand of the specification: docs/mcp.md', () => {
    const [, section = ''] = readFileSync('docs/mcp.md', 'utf8').split('specification demands\n');
    const rows = section
      .split('\n')
      .filter((line) => /^\| [^-]/.test(line) && !line.includes('| test'));
    const names = rows.map((row) => /\| `([\w-]+)` +\|$/.exec(row)?.[1] ?? row);
    expect(names.length).toBeGreaterThan(25);
    const folders = ['test/mcp', 'test/auth/mcp'];
    const exists = (name: string) =>
      folders.some((folder) =>
        ['e2e-spec', 'full-spec'].some((kind) => existsSync(`${folder}/${name}.${kind}.ts`)),
      );
    expect(names.filter((name) => !exists(name))).toEqual([]);
  });

  it('names tests that exist, at least one for each guarantee: SECURITY.md', () => {
    const [, section = ''] = readFileSync('SECURITY.md', 'utf8').split('## Guarantees');
    const guarantees = section.split(/^## /m)[0]!.split(/^- /m).slice(1);
    const tests = guarantees.map((text) =>
      [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!),
    );
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((paths) => paths.length === 0)).toEqual([]);
    expect(tests.flat().filter((path) => !existsSync(path))).toEqual([]);
  });
});
