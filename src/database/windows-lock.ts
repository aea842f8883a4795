import { hash } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * `lockDirectory` for Windows, which has named pipes in place of Unix sockets. They are not files,
 * and end with their process as well.
 */
export async function lockOnWindows(path: string): Promise<(() => Promise<void>) | undefined> {
  const name = hash('sha256', await realpath(path));
  const server = createServer((client) => client.destroy()).unref();
  try {
    await once(server.listen(`\\\\.\\pipe\\${name}`), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return async () => void server.close();
}
