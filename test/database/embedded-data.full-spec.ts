import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { chmod, cp, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminService } from '../../src/admin/admin.service.js';
import type { Connection } from '../../src/database/connection.js';
import { freeBytes } from '../../src/database/data-directory.js';
import { openEmbedded } from '../../src/database/embedded.js';
import { isUnavailable } from '../../src/database/outage.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { copyEmbeddedTemplate } from '../support/embedded-template.js';

const MB = 2 ** 20;

/** Mounts an empty file system, which only root may do, and not in every container. */
const mount = (directory: string, options: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]).status === 0;

const unmount = (directory: string) => spawnSync('umount', [directory]);

/** A `describe` that is skipped where mounting is not possible. */
const describeMounted = (() => {
  const directory = mkdtempSync(join(tmpdir(), 'mount-'));
  const canMount = mount(directory, 'size=1m');
  if (canMount) unmount(directory);
  rmdirSync(directory);
  return canMount ? describe : describe.skip;
})();

/** Tries every write and read of a message. */
async function tryEverything({ db }: Connection, { id }: { id: string }) {
  const service = new MessagesService(db);
  const writes = await Promise.allSettled([
    service.create('auth0|ann', 'After'),
    service.edit(id, 'auth0|ann', 'After'),
    service.remove(id, 'auth0|ann'),
    new AdminService(db).removeMessage(id, 'auth0|root'),
  ]);
  const { messages } = await service.list({ limit: 2 });
  const texts = [await service.get(id), ...messages].map(({ text }) => text);
  return { unavailable: writes.map((write) => isUnavailable(Object(write).reason)), texts };
}

const READ_ONLY = { unavailable: [true, true, true, true], texts: ['Before', 'Before'] };

describe('openEmbedded', () => {
  let parent: string;

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'embedded-'));
  });

  afterAll(() => rm(parent, { recursive: true }));

  describe('names the problem and the remedy when the data directory', () => {
    const unusable = (dataDir: string, problem: string) => ({
      name: 'DataDirectoryError',
      message: expect.stringMatching(
        `^Cannot use the data directory ${dataDir}: ${problem} '${dataDir}[^']*'\\. ` +
          'Set DATA_DIR to a directory that this process can read and write\\.$',
      ),
    });

    it('is a file', async () => {
      const file = join(parent, 'file');
      await writeFile(file, '');
      await expect(openEmbedded(file)).rejects.toMatchObject(
        unusable(file, 'EEXIST: file already exists, mkdir'),
      );
    });

    it('is below a file', async () => {
      await expect(openEmbedded('/dev/null/data')).rejects.toMatchObject(
        unusable('/dev/null/data', 'ENOTDIR: not a directory, mkdir'),
      );
    });

    it('does not permit this user to write', async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'embedded-'));
      await chmod(dataDir, 0o555);
      const isRoot = process.geteuid?.() === 0; // may write everywhere
      if (isRoot) process.seteuid!(65_534);
      try {
        await expect(openEmbedded(dataDir)).rejects.toMatchObject(
          unusable(dataDir, 'EACCES: permission denied, mkdtemp'),
        );
      } finally {
        if (isRoot) process.seteuid!(0);
        await rm(dataDir, { recursive: true });
      }
    });

    it('can be created, but has less than 64 MB of free disk', async () => {
      const dataDir = join(parent, 'not/there/yet');
      await expect(openEmbedded(dataDir, { free: () => 64 * MB - 1 })).rejects.toMatchObject({
        name: 'DataDirectoryError',
        message:
          `Cannot use the data directory ${dataDir}: less than 64 MB of disk are free. ` +
          'Free some space, or set DATA_DIR to a directory on another disk.',
      });
      expect(await readdir(dataDir, { recursive: true })).toEqual(['lock']);
    });

    describeMounted('is on a file system that', () => {
      it('is read-only', async () => {
        const dataDir = await mkdtemp(join(parent, 'mount-'));
        mount(dataDir, 'ro,size=1m');
        const opening = openEmbedded(dataDir).finally(() => unmount(dataDir));
        await expect(opening).rejects.toMatchObject(
          unusable(dataDir, 'EROFS: read-only file system, mkdtemp'),
        );
      });
    });

    it('contains a damaged database', async () => {
      const dataDir = await copyEmbeddedTemplate();
      await truncate(join(dataDir, 'pglite/global/pg_control'));
      await expect(openEmbedded(dataDir)).rejects.toMatchObject({
        name: 'DataDirectoryError',
        message: expect.stringMatching(
          `^Cannot use the data directory ${dataDir}: PGlite cannot open the database in it \\(`,
        ),
      });
      await rm(dataDir, { recursive: true });
    });
  });

  describe('in a data directory that is open', () => {
    let dataDir: string;
    let connection: Connection;
    let free = 64 * MB;

    beforeAll(async () => {
      dataDir = await copyEmbeddedTemplate();
      connection = await openEmbedded(dataDir, { free: () => free });
    }, 30_000);

    afterAll(async () => {
      await connection.close();
      await rm(dataDir, { recursive: true });
    });

    it('refuses a directory that is already open', async () => {
      await expect(openEmbedded(dataDir)).rejects.toThrow(
        `Cannot use the data directory ${dataDir}: another process is using it. ` +
          'Stop that process, set another DATA_DIR, or set DATABASE_URL to share PostgreSQL.',
      );
    });

    it('with less than 64 MB of free disk refuses writes and allows reads', async () => {
      const service = new MessagesService(connection.db);
      const message = await service.create('auth0|ann', 'Before');
      free = 64 * MB - 1;
      expect(await tryEverything(connection, message)).toEqual(READ_ONLY);
      free = 64 * MB;
      await service.remove(message.id, 'auth0|ann');
    });
  });

  describeMounted('on a small disk', () => {
    it('refuses writes only while the disk is nearly full', async () => {
      const dataDir = await mkdtemp(join(parent, 'disk-'));
      mount(dataDir, 'size=128m');
      const template = await copyEmbeddedTemplate();
      await cp(template, dataDir, { recursive: true });
      await rm(template, { recursive: true });
      const connection = await openEmbedded(dataDir);
      const service = new MessagesService(connection.db);
      const message = await service.create('auth0|ann', 'Before');
      const filler = join(dataDir, 'filler');
      await writeFile(filler, Buffer.alloc(freeBytes(dataDir) - 63 * MB));
      expect(await tryEverything(connection, message)).toEqual(READ_ONLY);
      await rm(filler);
      await service.remove(message.id, 'auth0|ann');
      await connection.close();
      unmount(dataDir);
    });
  });
});
