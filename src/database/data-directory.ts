import { statfsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { lockDirectory } from './directory-lock.js';
import { lockOnWindows } from './windows-lock.js';

/** With less free disk, the embedded database neither opens nor accepts writes. */
export const MIN_FREE_BYTES = 64 * 2 ** 20;

/** `DATA_DIR` cannot be used. The message says why and what to do: print it without the stack. */
export class DataDirectoryError extends Error {
  constructor(directory: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`Cannot use the data directory ${directory}: ${problem}. ${remedy}`, options);
    this.name = 'DataDirectoryError';
  }
}

/** Creates the directory if necessary and locks it. Returns the function that unlocks it. */
export async function takeDataDirectory(directory: string, free: typeof freeBytes) {
  const unlock = await createAndLock(directory).catch((cause: Error) => {
    const remedy = 'Set DATA_DIR to a directory that this process can read and write.';
    throw new DataDirectoryError(directory, cause.message, remedy, { cause });
  });
  if (unlock === undefined) {
    throw new DataDirectoryError(
      directory,
      'another process is using it',
      'Stop that process, set another DATA_DIR, or set DATABASE_URL to share PostgreSQL.',
    );
  }
  if (free(directory) < MIN_FREE_BYTES) {
    await unlock();
    throw new DataDirectoryError(
      directory,
      'less than 64 MB of disk are free',
      'Free some space, or set DATA_DIR to a directory on another disk.',
    );
  }
  return unlock;
}

async function createAndLock(directory: string) {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return process.platform === 'win32' ? lockOnWindows(directory) : lockDirectory(directory);
}

/** How many bytes are free on the disk of a directory. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
