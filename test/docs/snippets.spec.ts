import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { SourceTextModule } from 'node:vm';
import { readEnvironment } from '../../src/config/environment.js';
import { variables } from '../../src/config/variables.js';
import { DOCUMENTS, type Snippet, snippetsOf } from './markdown.js';
import { projectsOf } from './projects.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};
const snippets = DOCUMENTS.flatMap(snippetsOf);
const inLanguage = (...languages: string[]) =>
  snippets
    .filter(({ language }) => languages.includes(language))
    .map((snippet): [string, Snippet] => [`${snippet.file}:${snippet.line}`, snippet]);

describe('a snippet of the documentation', () => {
  it.each(DOCUMENTS)('that is code names its file, and a change of a file applies: %s', (file) => {
    expect(() => projectsOf(file)).not.toThrow();
  });

  it.each(inLanguage('sh', 'console'))('for a shell has valid syntax: %s', (_, snippet) => {
    const commands = snippet.text.replaceAll(/^\$ /gm, '');
    const script = snippet.language === 'sh' ? commands : commandsOf(snippet.text).join('\n');
    expect(() => execFileSync('sh', ['-n'], { input: script, stdio: 'pipe' })).not.toThrow();
  });

  const commandsOf = (text: string) =>
    text
      .split('\n')
      .filter((line) => /^[$>] /.test(line))
      .map((line) => line.slice(2));

  it.each(inLanguage('sh', 'powershell'))(
    'for a shell runs only scripts of package.json: %s',
    (_, { text }) => {
      const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
      expect(named.filter((name) => !(name in scripts))).toEqual([]);
    },
  );

  it.each(inLanguage('powershell'))('for PowerShell has no syntax of sh: %s', (_, { text }) => {
    expect(text).not.toMatch(/\\$|&&|\bexport |\bcurl |^\w+=/m);
  });

  it.each(inLanguage('js'))('of JavaScript has valid syntax: %s', (_, { text }) => {
    expect(() => new SourceTextModule(text)).not.toThrow();
  });

  it('need not differ between shells, because no script of package.json has shell syntax', () => {
    const withSyntax = Object.entries(scripts).filter(([, script]) =>
      /[$|;<>'`]|^\w+=/.test(script),
    );
    expect(withSyntax).toEqual([]);
  });

  it.each(inLanguage('dotenv'))(
    'of environment variables is a valid configuration: %s',
    (_, { text }) => {
      expect(() => readEnvironment(parseEnv(text))).not.toThrow();
    },
  );

  it('is in a language that is tested', () => {
    const known = [
      'ts',
      'js',
      'sh',
      'console',
      'dotenv',
      'http',
      'text',
      'mermaid',
      'diff',
      'powershell',
    ];
    expect(snippets.filter(({ language }) => !known.includes(language))).toEqual([]);
  });

  it('shows a complete e2e test in 25 lines', () => {
    const [test] = inLanguage('ts').filter(([, { text }]) => text.includes('createTestIssuer'));
    expect(test![1].text.split('\n').length - 1).toBeLessThanOrEqual(25);
  });

  it('shows every variable of the environment: docs/configuration.md', () => {
    const page = readFileSync('docs/configuration.md', 'utf8');
    const missing = Object.keys(variables.shape).filter((name) => !page.includes(`| \`${name}\` `));
    expect(missing).toEqual([]);
  });
});
