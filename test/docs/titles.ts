import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const SEPARATOR = ' › ';

/** Where `it.each()` and template strings put values: `%s` and its kind, and `${…}`, which is read as `%s`. */
const PLACEHOLDER = /%[sdifjop#]/;

/** A test as its source has it: the titles of its `describe`s and its own. */
export interface TestTitle {
  file: string;
  titles: string[];
}

/** Every test of every suite below `directory`, read from the sources; nothing is run. */
export function readTitles(directory: string): TestTitle[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('spec.ts'))
    .flatMap((name) => titlesOf(join(directory, name)));
}

/**
 * Whether `reference` names a test: all of its titles, joined by ` › `, either as they are written or as Jest prints
 * them. What Jest prints in the place of `%s` must stand as a literal in the suite, or in a table that it imports.
 */
export function namesTest(reference: string, tests: readonly TestTitle[]): boolean {
  const segments = reference.split(SEPARATOR);
  return tests.some(({ file, titles }) => {
    if (titles.length !== segments.length) return false;
    const values = titles.map((title, index) => valuesIn(segments[index]!, title));
    if (values.includes(undefined)) return false;
    const expanded = values.flat().filter((value) => value !== undefined);
    return expanded.every((value) => isWritten(value, textsOf(file)));
  });
}

/** What stands in the place of the placeholders; none where the title is quoted as it is written. */
function valuesIn(segment: string, title: string): string[] | undefined {
  if (segment === title) return [];
  if (!PLACEHOLDER.test(title)) return undefined;
  return patternOf(title).exec(segment)?.slice(1);
}

function titlesOf(file: string): TestTitle[] {
  const source = parse(file);
  const functions = new Map<string, ts.FunctionDeclaration>();
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) {
      functions.set(statement.name.text, statement);
    }
  }
  const found: TestTitle[] = [];
  const entered = new Set<ts.FunctionDeclaration>();
  const visit = (node: ts.Node, titles: string[]): void => {
    // The tests in a function belong where it is called.
    if (ts.isFunctionDeclaration(node) && node.parent === source) return;
    if (ts.isCallExpression(node)) {
      const [kind, title] = testOf(node);
      if (kind === 'it') found.push({ file, titles: [...titles, title] });
      if (kind === 'describe')
        return node.arguments.forEach((each) => visit(each, [...titles, title]));
      const called = ts.isIdentifier(node.expression)
        ? functions.get(node.expression.text)
        : undefined;
      if (called?.body && !entered.has(called)) {
        entered.add(called);
        visit(called.body, titles);
        entered.delete(called);
      }
    }
    ts.forEachChild(node, (child) => visit(child, titles));
  };
  visit(source, []);
  return found;
}

/** `it('…')`, `it.each(…)('…')` and the same of `describe`, with the title. */
function testOf(call: ts.CallExpression): [kind: string | undefined, title: string] {
  let callee: ts.Expression = call.expression;
  if (ts.isCallExpression(callee)) {
    if (!ts.isPropertyAccessExpression(callee.expression)) return [undefined, ''];
    callee = callee.expression.expression;
  }
  const [title] = call.arguments;
  const kind =
    ts.isIdentifier(callee) && /^(?:it|describe)$/.test(callee.text) ? callee.text : undefined;
  return [kind, title ? textOf(title) : ''];
}

function textOf(title: ts.Expression): string {
  if (ts.isStringLiteralLike(title)) return title.text;
  if (!ts.isTemplateExpression(title)) return '%s';
  return [title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)].join('%s');
}

/** The texts and numbers in a file, and its templates as patterns. */
interface Texts {
  literals: Set<string>;
  templates: RegExp[];
}

const read = new Map<string, Texts>();

/** Whether a value is a text of a file, or a template whose values are. */
function isWritten(value: string, texts: Texts, depth = 3): boolean {
  const bare = value.replace(/^"(.*)"$/s, '$1');
  if (texts.literals.has(value) || texts.literals.has(bare)) return true;
  if (depth === 0) return false;
  return texts.templates.some((template) =>
    template
      .exec(value)
      ?.slice(1)
      .every((part) => isWritten(part, texts, depth - 1)),
  );
}

/** With what the file imports from the tests: tables of cases stand in files of their own. */
function textsOf(file: string): Texts {
  const known = read.get(file);
  if (known) return known;
  const { literals, templates }: Texts = { literals: new Set(), templates: [] };
  read.set(file, { literals, templates });
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) literals.add(node.text);
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) literals.add(node.name.text);
    if (ts.isTemplateExpression(node) && /[a-z]/i.test(textOf(node).replaceAll('%s', ''))) {
      templates.push(patternOf(textOf(node)));
    }
    if (!ts.isImportDeclaration(node)) return ts.forEachChild(node, visit);
    const imported = importedTest(file, node);
    if (!imported) return;
    const texts = textsOf(imported);
    texts.literals.forEach((text) => literals.add(text));
    templates.push(...texts.templates);
  };
  visit(parse(file));
  return { literals, templates };
}

function importedTest(file: string, { moduleSpecifier }: ts.ImportDeclaration): string | undefined {
  if (!ts.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.startsWith('.'))
    return undefined;
  const imported = join(dirname(file), moduleSpecifier.text.replace(/\.js$/, '.ts'));
  return imported.startsWith('test/') && existsSync(imported) ? imported : undefined;
}

function patternOf(title: string): RegExp {
  return new RegExp(`^${title.split(PLACEHOLDER).map(escape).join('(.+)')}$`, 's');
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
