import type { PGlite } from '@electric-sql/pglite';
import type { TestKey } from '../../src/auth/testing/index.js';

interface SharedByWorker {
  keys: TestKey[];
  pglite?: PGlite;
  openPGlite: (directory: string) => Promise<PGlite>;
}

/** Set by jest-environment.mjs. */
export const { sharedByWorker } = globalThis as unknown as { sharedByWorker: SharedByWorker };
