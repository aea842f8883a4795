import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectsOf } from '../docs/projects.ts';

/** Each document of the package, and the folder for its code. */
const DOCUMENTS = {
  'package/README.md': 'readme',
  'package/AGENTS.md': 'agents',
  'package/docs/issuers.md': 'issuers',
};

/** It needs packages that other applications do not have. */
const OF_MCP = { 'package/docs/mcp.md': 'mcp' };

/** Writes the code of the package's documentation into an application, as people copy it. */
export async function writeDocumentation(name, home) {
  const documents = name.endsWith('-mcp') ? OF_MCP : DOCUMENTS;
  for (const [document, folder] of Object.entries(documents)) {
    for (const [path, text] of projectsOf(document)[0]?.files ?? []) {
      const file = join(home, folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
}
