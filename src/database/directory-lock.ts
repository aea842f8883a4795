import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { basename, join, relative } from 'node:path';

/**
 * Locks a directory until the process ends or calls the returned function; undefined if taken.
 * The holder listens on a Unix socket in `lock`, visible to containers that share the volume. A
 * rename puts it there, and only while `lock` is empty. A dead holder's socket refuses connections.
 */
export async function lockDirectory(path: string): Promise<(() => Promise<void>) | undefined> {
  if (process.platform === 'win32') return lockOnWindows(path);
  const [own, lock] = [await mkdtemp(join(path, 'lock-')), join(path, 'lock')];
  const [name, directory] = [basename(own), await open(path)];
  const near = process.platform === 'linux' ? `/proc/self/fd/${directory.fd}` : relative('', path);
  const server = createServer((client) => client.destroy()).unref();
  const release = async () => {
    server.close();
    for (const file of [own, join(lock, name)]) await rm(file, { recursive: true, force: true });
    await directory.close();
  };
  try {
    // The path of a socket is limited to 103 bytes, or 107 on Linux: hence `near`.
    if (Buffer.byteLength(join(near, name, name)) > 103) throw new Error('its path is too long');
    await once(server.listen(join(near, name, name)), 'listening');
    for (;;) {
      const failure = await rename(own, lock).catch((error: NodeJS.ErrnoException) => error);
      if (!failure) return release;
      if (!/^(ENOTEMPTY|EEXIST)$/.test(failure.code!)) throw failure;
      for (const other of await readdir(lock)) {
        const client = connect(join(near, 'lock', other));
        const { code } = await once(client, 'connect').catch((error) => error);
        client.destroy();
        if (!/^(ECONNREFUSED|ENOENT)$/.test(code)) return release().then(() => undefined);
        await rm(join(lock, other), { force: true }); // the name is unique, so it stays dead
      }
    }
  } catch (error) {
    return release().then(() => Promise.reject(error));
  }
}

/** Windows has named pipes instead, outside the file system. They end with their process, too. */
async function lockOnWindows(path: string): Promise<(() => Promise<void>) | undefined> {
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
