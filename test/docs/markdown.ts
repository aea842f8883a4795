import { readdirSync, readFileSync } from 'node:fs';

/** A fenced block of a document. */
export interface Snippet {
  file: string;
  line: number;
  language: string;
  text: string;
}

/** Documents of the npm package. `npm run test:package` runs their code in fresh applications. */
export const PACKAGE_DOCUMENTS = [
  'package/README.md',
  'package/AGENTS.md',
  'package/CHANGELOG.md',
  'package/docs/issuers.md',
  'package/docs/mcp.md',
];

/** Documents whose snippets people copy. */
export const DOCUMENTS = [
  'README.md',
  'src/auth/README.md',
  'demo/README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...PACKAGE_DOCUMENTS,
];

export function snippetsOf(file: string): Snippet[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)].map((match) => {
    const [, indent, language, text] = match as unknown as [string, string, string, string];
    const line = source.slice(0, match.index).split('\n').length;
    // A block in a list is indented with it.
    return { file, line, language, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
  });
}
