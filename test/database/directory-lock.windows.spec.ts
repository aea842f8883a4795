import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from '../../src/database/directory-lock.js';

// Elsewhere, the name of a Windows pipe is that of a socket in the working directory.
describe('lockDirectory on Windows', () => {
  const { cwd, platform } = { cwd: process.cwd(), platform: process.platform };
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
    process.chdir(directory);
    Object.defineProperty(process, 'platform', { value: 'win32' });
  });

  afterAll(async () => {
    Object.defineProperty(process, 'platform', { value: platform });
    process.chdir(cwd);
    await rm(directory, { recursive: true });
  });

  it('refuses a second lock of the same directory until the first is released', async () => {
    const unlock = await lockDirectory(directory);
    expect(await lockDirectory(join(directory, '.'))).toBeUndefined();
    const other = await lockDirectory(tmpdir());
    await unlock!();
    const unlockAgain = await lockDirectory(directory);
    expect([other, unlockAgain]).toEqual([expect.any(Function), expect.any(Function)]);
    await other!();
    await unlockAgain!();
  });
});
