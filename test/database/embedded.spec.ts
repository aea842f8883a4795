import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/connection.js';
import { messages } from '../../src/database/schema.js';
import { MessagesService } from '../../src/messages/messages.service.js';

describe('openDatabase without a URL', () => {
  let parent: string;

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'embedded-'));
  });

  afterAll(() => rm(parent, { recursive: true }));

  it('creates a nested directory, keeps it to itself, and finds its rows again', async () => {
    const dataDir = join(parent, 'not/there/yet');
    const first = await openDatabase({ dataDir });
    const message = await new MessagesService(first.db).create('auth0|ann', 'Kept');
    await expect(openDatabase({ dataDir })).rejects.toThrow(
      `The data directory ${dataDir} is in use by this process (${process.pid}) already.`,
    );
    await first.close();
    expect(await readdir(dataDir)).toEqual(['pglite']);

    const second = await openDatabase({ dataDir });
    expect(await second.db.select().from(messages)).toEqual([message]);
    await second.close();
  }, 30_000);

  it('says when the directory cannot be made', async () => {
    const dataDir = join('/dev/null', 'data');
    await expect(openDatabase({ dataDir })).rejects.toThrow('/dev/null');
  });
});
