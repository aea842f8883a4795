import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from '../../src/database/directory-lock.js';

describe('lockDirectory', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('refuses a second lock until the first is released', async () => {
    const unlock = await lockDirectory(directory);
    expect(await lockDirectory(directory)).toBeUndefined();
    await unlock!();
    const unlockAgain = await lockDirectory(directory);
    expect(unlockAgain).toBeDefined();
    await unlockAgain!();
  });

  it('leaves nothing but an empty directory', async () => {
    const unlock = await lockDirectory(directory);
    await lockDirectory(directory);
    await unlock!();
    expect(await readdir(directory, { recursive: true })).toEqual(['lock']);
  });

  it('locks a directory whose path is longer than that of a socket may be', async () => {
    const deep = join(directory, 'a'.repeat(200), 'b'.repeat(200));
    await mkdir(deep, { recursive: true });
    const unlock = await lockDirectory(deep);
    expect(await lockDirectory(deep)).toBeUndefined();
    expect(await readdir(deep)).toEqual(['lock']);
    await unlock!();
  });

  it('locks two directories whose long paths differ only at the end', async () => {
    const [one, two] = ['1', '2'].map((end) => join(directory, 'a'.repeat(200) + end));
    await mkdir(one!);
    await mkdir(two!);
    const unlocks = [await lockDirectory(one!), await lockDirectory(two!)];
    expect(unlocks).not.toContain(undefined);
    for (const unlock of unlocks) await unlock!();
  });

  it('fails, and leaves nothing, when a file is in the place of the lock', async () => {
    await writeFile(join(directory, 'lock'), '');
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(await readdir(directory)).toEqual(['lock']);
  });
});
