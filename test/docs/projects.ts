import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Snippet, snippetsOf } from './markdown.js';

/** The project after somebody has followed a document: files that its blocks add or change. */
export interface Project {
  /** Where it comes from, such as `README.md`. */
  name: string;
  /** Contents by path from the root of the project. */
  files: Map<string, string>;
}

/** The first line of a block of TypeScript. `before` names a file of another project. */
const FILE = /^\/\/ (before: )?(\S+\.ts)\n/;

/** The line that begins a change of a file. */
const HUNK = /^@@ (\S+) @@\n/gm;

/**
 * Follows a document, block by block. Code marked `before` becomes a project of its own.
 *
 * @param root where the files are that the document changes.
 */
export function projectsOf(document: string, root = '.'): Project[] {
  const projects = new Map<string, Project>();
  for (const snippet of snippetsOf(document)) {
    if (snippet.language === 'ts') {
      const { before, path } = fileOf(snippet);
      const name = before ? `${document}, before` : document;
      const { files } = projects.get(name) ?? { files: new Map<string, string>() };
      if (files.has(path)) throw fault(snippet, `adds ${path} a second time`);
      projects.set(name, { name, files: files.set(path, snippet.text) });
    }
    if (snippet.language === 'diff') {
      const { files } = projects.get(document) ?? { files: new Map<string, string>() };
      for (const { path, lines } of hunksOf(snippet)) {
        const current = files.get(path) ?? readFileSync(join(root, path), 'utf8');
        files.set(path, change(snippet, current, lines));
      }
      projects.set(document, { name: document, files });
    }
  }
  return [...projects.values()];
}

/** The file that a block of TypeScript names in its first line. */
export function fileOf(snippet: Snippet): { path: string; before: boolean } {
  const [, before, path] = FILE.exec(snippet.text) ?? [];
  if (path === undefined) throw fault(snippet, 'does not name its file in the first line');
  return { path, before: before !== undefined };
}

function hunksOf(snippet: Snippet): { path: string; lines: string[] }[] {
  const [head, ...parts] = snippet.text.split(HUNK);
  if (head !== '') throw fault(snippet, 'does not begin with @@ FILE @@');
  const hunks = [];
  for (let index = 0; index < parts.length; index += 2) {
    hunks.push({ path: parts[index]!, lines: parts[index + 1]!.trimEnd().split('\n') });
  }
  return hunks;
}

function change(snippet: Snippet, text: string, lines: string[]): string {
  const side = (sign: string) =>
    lines
      .filter((line) => !line.startsWith(sign))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const parts = text.split(side('+'));
  // Someone who has followed the page has the change already.
  if (parts.length === 1 && text.includes(side('-'))) return text;
  if (parts.length !== 2) throw fault(snippet, `applies to ${parts.length - 1} places, not to one`);
  return parts.join(side('-'));
}

function fault({ file, line }: Snippet, what: string): Error {
  return new Error(`The block at ${file}:${line} ${what}.`);
}
