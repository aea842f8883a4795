import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockOnWindows } from '../../src/database/windows-lock.js';

// Elsewhere, the name of a Windows pipe is that of a socket in the working directory.
describe('lockOnWindows', () => {
  const cwd = process.cwd();
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
    process.chdir(directory);
  });

  afterAll(async () => {
    process.chdir(cwd);
    await rm(directory, { recursive: true });
  });

  it('refuses a second lock of the same directory until the first is released', async () => {
    const unlock = await lockOnWindows(directory);
    expect(await lockOnWindows(join(directory, '.'))).toBeUndefined();
    const other = await lockOnWindows(tmpdir());
    await unlock!();
    const unlockAgain = await lockOnWindows(directory);
    expect([other, unlockAgain]).toEqual([expect.any(Function), expect.any(Function)]);
    await other!();
    await unlockAgain!();
  });
});
