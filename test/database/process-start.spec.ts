import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { processStart } from '../../src/database/process-start.js';

describe('processStart', () => {
  it('tells the same of a living process whenever it is asked, in characters of a file name', async () => {
    const start = await processStart(process.pid);
    expect(start).toMatch(/^[\w-]+$/);
    expect(await processStart(process.pid)).toBe(start);
  });

  it('tells nothing of a process that has ended', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(await processStart(child.pid!)).toBeUndefined();
  });

  it('tells two processes apart that started one after the other', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 10_000)']);
    await once(child, 'spawn');
    expect(await processStart(child.pid!)).not.toBe(await processStart(process.pid));
    child.kill('SIGKILL');
  });
});
