import { writeFile } from 'node:fs/promises';
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
    await writeFile(LOCK, lockOf(app));
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
