import { existsSync, readFileSync } from 'node:fs';
import { namesTest, readTitles } from './titles.js';

const NEEDS_TEST = ['done', 'by option', 'departs'];
const NEEDS_NONE = ['not applicable', 'left to the operator'];

interface Requirement {
  section: string;
  requirement: string;
  answer: string;
  status: string;
  tests: string[];
}

/** The rows of every table of requirements, by the heading that it stands under. */
function readRequirements(): Map<string, Requirement[]> {
  const documents = new Map<string, Requirement[]>();
  for (const chapter of readFileSync('docs/standards.md', 'utf8').split(/^## /m)) {
    const rows = chapter.split('\n').filter((line) => line.startsWith('| '));
    if (!rows[0]?.startsWith('| § |')) continue;
    const cells = rows.slice(2).map((row) => row.split(/(?<!\\)\|/).slice(1, -1));
    documents.set(
      chapter.split('\n', 1)[0]!,
      cells.map((row) => {
        const [section, requirement, answer, status, shown] = row.map((cell) => cell.trim());
        const tests = [...(shown ?? '').matchAll(/`([^`]+)`/g)].map(([, test]) => test!);
        return {
          section: section!,
          requirement: requirement!,
          answer: answer!,
          status: status!,
          tests: tests.map((test) => test.replaceAll(String.raw`\|`, '|')),
        };
      }),
    );
  }
  return documents;
}

describe('docs/standards.md', () => {
  const documents = readRequirements();
  const rows = [...documents].flatMap(([document, requirements]) =>
    requirements.map((row): [string, string, Requirement] => [document, row.section, row]),
  );
  const titles = readTitles('test');

  it.each(['6750', '9110', '7515', '7517', '7519', '8725', '9068'])(
    'has a table for RFC %s',
    (rfc) => {
      const found = [...documents].filter(([document]) => document.startsWith(`RFC ${rfc}: `));
      expect(found.map(([, requirements]) => requirements.length > 5)).toEqual([true]);
    },
  );

  it('says of every requirement what is done, and has a status that it explains', () => {
    const unfinished = rows.filter(
      ([, , { requirement, answer, status }]) =>
        requirement === '' || answer === '' || ![...NEEDS_TEST, ...NEEDS_NONE].includes(status),
    );
    expect(unfinished).toEqual([]);
    const explained = readFileSync('docs/standards.md', 'utf8').split(/^## /m)[0]!;
    for (const status of [...NEEDS_TEST, ...NEEDS_NONE])
      expect(explained).toContain(`| ${status} `);
  });

  it('names a test for everything that it says is so', () => {
    const unproved = rows.filter(
      ([, , { status, tests }]) => NEEDS_TEST.includes(status) && tests.length === 0,
    );
    expect(unproved).toEqual([]);
  });

  it.each(rows)('%s, §%s: names tests that exist', (_document, _section, { tests }) => {
    expect(tests.filter((test) => !namesTest(test, titles))).toEqual([]);
  });
});

describe('SECURITY.md', () => {
  const text = readFileSync('SECURITY.md', 'utf8');

  it('names proofs that exist, one at least for each guarantee', () => {
    const guarantees = text.split('## Guarantees')[1]!.split(/^## /m)[0]!.split(/^- /m).slice(1);
    const proofs = guarantees.map((each) =>
      [...each.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!),
    );
    expect(proofs.filter((paths) => paths.length === 0)).toEqual([]);
    expect(proofs.flat().filter((path) => !existsSync(path))).toEqual([]);
  });

  it('links to what exists', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)];
    expect(links.length).toBeGreaterThan(1);
    for (const [, file, anchor] of links) {
      const anchors = [...readFileSync(file!, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        heading!.toLowerCase().replaceAll(' ', '-'),
      );
      expect([undefined, ...anchors]).toContain(anchor);
    }
  });
});

describe('the title of a test', () => {
  const titles = readTitles('test');

  it.each([
    'docs/standards.md › names a test for everything that it says is so',
    'docs/standards.md › has a table for RFC %s',
    'docs/standards.md › has a table for RFC 9110',
    'the title of a test › is known: %s',
    'on %s › structure › refuses alg twice, of which the last is none',
    'A closed route of the API › is not reached by a path with capitals',
  ])('is known: %s', (reference) => {
    expect(namesTest(reference, titles)).toBe(true);
  });

  it.each([
    'names a test for everything that it says is so',
    'docs/standards.md › names a test for everything',
    'docs/standards.md › has a table for RFC ',
    'docs/standards.md › has a table for RFC 6750x',
    'docs/standards.md › has a table for nothing',
    'on %s › structures › refuses alg twice, of which the last is none',
    'on %s › structure › refuses alg thrice',
  ])('is not taken for known: %s', (reference) => {
    expect(namesTest(reference, titles)).toBe(false);
  });
});
