import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { accessMap, accessWarnings, formatAccessMap } from '../auth/index.js';
import { lockOf } from './access-lock.js';
import { createMappedApplication } from './mapped-application.js';

const LOCK = 'access.lock';

// `npm run access`: prints every route and what it needs. The environment and `.env` do not matter,
// and neither the database nor the issuer is needed.
try {
  const { values } = parseArgs({
    options: {
      markdown: { type: 'boolean' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
    },
  });
  const app = await createMappedApplication();
  if (values.write) {
    const before = await readFile(LOCK, 'utf8').catch(() => '');
    const after = lockOf(app);
    await writeFile(LOCK, after);
    for (const line of missingIn(after, before)) console.log(`- ${line}`);
    for (const line of missingIn(before, after)) console.log(`+ ${line}`);
    console.log(`Written to ${LOCK}.`);
  } else {
    const format = values.json ? 'json' : values.markdown ? 'markdown' : 'table';
    process.stdout.write(formatAccessMap(accessMap(app), format));
  }
  // Not in the output, which a program may read.
  for (const warning of accessWarnings(app)) console.error(`Warning: ${warning}`);
  await app.close();
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
}

/** The lines of a text that another one lacks. */
function missingIn(other: string, text: string): string[] {
  const lines = new Set(other.split('\n'));
  return text.split('\n').filter((line) => !lines.has(line));
}
