import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lockDirectory } from '../../src/database/directory-lock.js';
import { type CompiledSource, compileSource } from '../support/compile.js';

/** Locks and unlocks the directory as its standard input says. */
const STARTER = `
  import { createInterface } from 'node:readline';
  const [, source, directory] = process.argv;
  const { lockDirectory } = await import(source + '/database/directory-lock.js');
  let unlock;
  for await (const command of createInterface(process.stdin)) {
    if (command === 'lock') unlock = await lockDirectory(directory);
    if (command === 'unlock') await unlock();
    console.log(command === 'lock' && !unlock ? 'taken' : command + 'ed');
  }
`;

/** Runs a command as a container would: with process ids and a network of its own. */
const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--net'];
const canUnshare = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), 'true']).status === 0;

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

  describe('between processes', () => {
    let compiled: CompiledSource;
    const children: ChildProcess[] = [];

    beforeAll(async () => {
      compiled = await compileSource();
    });

    afterEach(async () => {
      await Promise.all(children.splice(0).map((child) => kill(child)));
    });

    afterAll(() => compiled.remove());

    /** Starts a process that carries out commands and answers each. */
    async function start(container: string[] = []) {
      const node = [process.execPath, '--input-type=module', '-e', STARTER];
      const command = [...container, ...node, compiled.directory, directory];
      const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const ask = async (text: string): Promise<string> => {
        child.stdin.write(`${text}\n`);
        return (await lines.next()).value;
      };
      await ask('start');
      return { child, ask };
    }

    async function kill(child: ChildProcess): Promise<void> {
      const closed = once(child, 'close'); // it and what it started have ended
      if (child.kill('SIGKILL')) await closed;
    }

    it('gives the lock to exactly one of several that start at once', async () => {
      const starters = await Promise.all([start(), start(), start()]);
      for (let round = 0; round < 30; round++) {
        const answers = await Promise.all(starters.map(({ ask }) => ask('lock')));
        expect(answers.toSorted()).toEqual(['locked', 'taken', 'taken']);
        await starters[answers.indexOf('locked')]!.ask('unlock');
      }
    });

    it('gives the lock of a killed process to exactly one of several', async () => {
      const starters = await Promise.all([start(), start(), start()]);
      expect(await starters[0].ask('lock')).toBe('locked');
      for (let holder = 0, round = 0; round < 4; round++) {
        await kill(starters[holder]!.child);
        starters.splice(holder, 1);
        const answers = await Promise.all(starters.map(({ ask }) => ask('lock')));
        expect(answers.toSorted()).toEqual(['locked', 'taken']);
        holder = answers.indexOf('locked');
        starters.push(await start());
      }
      expect(await readdir(directory)).toEqual(['lock']);
    });

    it('refuses while the process that holds the lock is stopped', async () => {
      const holder = await start();
      expect(await holder.ask('lock')).toBe('locked');
      holder.child.kill('SIGSTOP');
      expect(await lockDirectory(directory)).toBeUndefined();
    });

    (canUnshare ? describe : describe.skip)('in containers that share the directory', () => {
      it('holds until its holder is killed', async () => {
        const [one, two] = await Promise.all([start(CONTAINER), start(CONTAINER)]);
        expect(await one.ask('lock')).toBe('locked');
        expect(await two.ask('lock')).toBe('taken');
        expect(await lockDirectory(directory)).toBeUndefined();
        await kill(one.child);
        expect(await two.ask('lock')).toBe('locked');
      });
    });
  });
});
