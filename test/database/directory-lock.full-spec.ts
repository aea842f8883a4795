import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
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

describe('lockDirectory between processes', () => {
  let directory: string;
  let compiled: CompiledSource;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    compiled = await compileSource();
  });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
  });

  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => kill(child)));
    await rm(directory, { recursive: true });
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
