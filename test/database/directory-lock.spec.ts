import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryInUseError, lockDirectory } from '../../src/database/directory-lock.js';
import { processStart } from '../../src/database/process-start.js';
import { type CompiledSource, compileSource } from '../support/compile.js';

const RANDOM = '00000000-0000-4000-8000-000000000000';

describe('lockDirectory', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  /** The file of a claim that this living process laid down, with an ending that tells where it sorts. */
  const undecided = async (ending: string) =>
    join(directory, `lock.${process.pid}.${await processStart(process.pid)}.${ending}`);

  it('creates the directory, nested as it may be', async () => {
    const nested = join(directory, 'a/b/c');
    const lock = await lockDirectory(nested);
    expect(await readdir(nested)).toEqual([
      expect.stringMatching(new RegExp(`^lock\\.${process.pid}\\.`)),
    ]);
    await lock.release();
  });

  it('refuses the second, naming the pid of the first, until the first lets go', async () => {
    const first = await lockDirectory(directory);
    const refused = lockDirectory(directory);
    await expect(refused).rejects.toThrow(DirectoryInUseError);
    await expect(refused).rejects.toThrow(
      `The data directory ${directory} is in use by this process (${process.pid}) already.`,
    );
    await first.release();
    expect(await readdir(directory)).toEqual([]);
    await (await lockDirectory(directory)).release();
  });

  it('takes over from a dead process', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    const start = await processStart(child.pid!);
    await once(child, 'exit');
    await writeFile(join(directory, `lock.${child.pid}.${start}.${RANDOM}`), 'held');
    const lock = await lockDirectory(directory);
    expect(await readdir(directory)).toHaveLength(1);
    await lock.release();
  });

  it('takes over from an earlier process with the pid of a living one, be it its own', async () => {
    await writeFile(join(directory, `lock.${process.pid}.earlier-boot-12.${RANDOM}`), 'held');
    await writeFile(join(directory, `lock.${process.ppid}.earlier-boot-13.${RANDOM}`), 'held');
    const lock = await lockDirectory(directory);
    expect(await readdir(directory)).toHaveLength(1);
    await lock.release();
  });

  it('gives way to a claim that holds the directory, wherever it sorts', async () => {
    const start = await processStart(process.ppid);
    await writeFile(join(directory, `lock.${process.ppid}.${start}.${RANDOM}`), 'held');
    await expect(lockDirectory(directory)).rejects.toThrow(`process ${process.ppid}.`);
  });

  it('gives way to an undecided claim that sorts before its own', async () => {
    await writeFile(await undecided('00000000-0000-4000-8000-000000000000'), '');
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUseError);
  });

  it('waits for an undecided claim behind its own to decide', async () => {
    const rival = await undecided('ffffffff-ffff-4fff-bfff-ffffffffffff');
    await writeFile(rival, '');
    setTimeout(() => void rm(rival), 100);
    await (await lockDirectory(directory)).release();

    await writeFile(rival, '');
    setTimeout(() => void writeFile(rival, 'held'), 100);
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUseError);
  });

  it('leaves files alone that are no claims', async () => {
    await writeFile(join(directory, 'lock.txt'), '');
    await (await lockDirectory(directory)).release();
    expect(await readdir(directory)).toEqual(['lock.txt']);
  });

  describe('among processes', () => {
    let compiled: CompiledSource;
    const children: ChildProcess[] = [];

    beforeAll(async () => {
      compiled = await compileSource();
    });

    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });

    afterAll(() => compiled.remove());

    /** A process that takes the directory when told to and says how it went. */
    const contender = async () => {
      const script = `
        import { lockDirectory } from ${JSON.stringify(join(compiled.directory, 'database/directory-lock.js'))};
        process.stdin.once('data', () => {
          lockDirectory(${JSON.stringify(directory)}).then(() => console.log('held'), (error) => console.log(error.message));
        });
        console.log('ready');`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.push(child);
      const line = async () => String((await once(child.stdout, 'data'))[0]).trim();
      expect(await line()).toBe('ready');
      return { pid: child.pid!, child, race: () => (child.stdin.write('go\n'), line()) };
    };

    it('lets exactly one of many take over at once what a killed process left', async () => {
      const killed = await contender();
      expect(await killed.race()).toBe('held');
      killed.child.kill('SIGKILL');
      await once(killed.child, 'exit');
      const contenders = await Promise.all(Array.from({ length: 6 }, contender));
      const results = await Promise.all(contenders.map(({ race }) => race()));
      const winner = contenders[results.indexOf('held')]!;
      expect(results.filter((result) => result === 'held')).toHaveLength(1);
      expect(await readdir(directory)).toEqual([
        expect.stringMatching(new RegExp(`^lock\\.${winner.pid}\\.`)),
      ]);
      const late = await contender();
      expect(await late.race()).toContain(`is in use by process ${winner.pid}.`);
    }, 20_000);
  });
});
