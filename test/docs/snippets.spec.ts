import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readEnvironment } from '../../src/config/environment.js';
import { DOCUMENTS, type Snippet, snippetsOf } from './markdown.js';

const EXAMPLES = 'test/docs/examples';
const snippets = DOCUMENTS.flatMap(snippetsOf);
const inLanguage = (...languages: string[]) =>
  snippets
    .filter(({ language }) => languages.includes(language))
    .map((snippet): [string, Snippet] => [`${snippet.file}:${snippet.line}`, snippet]);

/** Code without the paths of its imports: documents and examples are in different folders. */
const withoutPaths = (code: string) => code.replaceAll(/'(?:\.{1,2}\/)+(?:src\/)?/g, "'");

describe('snippets of the documentation', () => {
  const examples = readdirSync(EXAMPLES).map((name) => ({
    name,
    code: readFileSync(join(EXAMPLES, name), 'utf8'),
  }));

  it.each(inLanguage('ts'))('in %s is part of an example that runs', (_, { text }) => {
    const homes = examples.filter(({ code }) => withoutPaths(code).includes(withoutPaths(text)));
    expect(homes.map(({ name }) => name)).not.toEqual([]);
  });

  it.each(examples.map(({ name }) => name))('the example %s is run by a suite', (name) => {
    const suites = ['test/docs/examples.e2e-spec.ts', `${EXAMPLES}/notes.e2e-spec.ts`];
    const source = suites.map((suite) => readFileSync(suite, 'utf8')).join('\n');
    expect(suites.some((suite) => suite.endsWith(name)) || source.includes(asImport(name))).toBe(
      true,
    );
  });

  const asImport = (name: string) => name.replace(/\.ts$/, '.js');

  it.each(inLanguage('sh', 'console'))('in %s has the syntax of a shell', (_, snippet) => {
    const commands = snippet.text.replaceAll(/^\$ /gm, '');
    const script = snippet.language === 'sh' ? commands : commandsOf(snippet.text).join('\n');
    expect(() => execFileSync('sh', ['-n'], { input: script, stdio: 'pipe' })).not.toThrow();
  });

  const commandsOf = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => line.slice(2));

  it.each(inLanguage('sh'))('in %s names scripts of package.json', (_, { text }) => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(inLanguage('dotenv'))('in %s is a valid environment', (_, { text }) => {
    expect(() => readEnvironment(parseEnv(text))).not.toThrow();
  });

  it('have no other language, which no test would run', () => {
    const known = ['ts', 'sh', 'console', 'dotenv', 'http', 'text', 'mermaid'];
    expect(snippets.filter(({ language }) => !known.includes(language))).toEqual([]);
  });

  it('show a whole e2e test in under 25 lines', () => {
    const [test] = inLanguage('ts').filter(([, { text }]) => text.includes('createTestIssuer'));
    expect(test![1].text.split('\n').length - 1).toBeLessThan(25);
  });
});
