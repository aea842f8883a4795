import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';

/**
 * What the suites of one worker share. It is created outside of their sandboxes, which Jest throws
 * away after each suite, because creating it takes longer than most suites.
 */
const shared = {
  /** RSA keys that no issuer uses. */
  keys: [],
  /** The embedded database, once a suite has opened it. */
  pglite: undefined,
  /** Opens an embedded database outside of the sandbox. Its directory goes with the worker. */
  async openPGlite(directory) {
    const { PGlite } = await import('@electric-sql/pglite');
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    return PGlite.create(join(directory, 'pglite'));
  },
};

// PGlite sets a timer of ten seconds with each statement, and never clears the last one. Jest would
// wait for it at the end, and then kill the worker with a warning.
const { setTimeout } = globalThis;
globalThis.setTimeout = (...options) => {
  const timer = setTimeout(...options);
  return new Error('Who calls?').stack.includes('/pglite/') ? timer.unref() : timer;
};

// Only a worker has `send`.
if (process.send) {
  // Node would free the memory of the databases first, for which Jest does not wait long enough.
  process.once('beforeExit', () => {
    process.emit('exit', 0);
    process.kill(process.pid, 'SIGKILL');
  });
  // Jest restarts a worker that has grown too large with this signal.
  process.once('SIGTERM', () => process.exit(1));
}

export default class extends TestEnvironment {
  constructor(...options) {
    super(...options);
    this.global.sharedByWorker = shared;
  }
}
