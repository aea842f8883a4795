import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processStart, UNKNOWN_START } from './process-start.js';

/** The directory belongs to another process that is alive. */
export class DirectoryInUseError extends Error {
  constructor(
    readonly directory: string,
    readonly pid: number,
  ) {
    const owner = pid === process.pid ? `this process (${pid}) already` : `process ${pid}`;
    super(
      `The data directory ${directory} is in use by ${owner}. ` +
        `Stop that process, give this one another DATA_DIR, or share PostgreSQL with DATABASE_URL.`,
    );
    this.name = 'DirectoryInUseError';
  }
}

export interface DirectoryLock {
  release: () => Promise<void>;
}

interface Claim {
  name: string;
  pid: number;
  start: string;
}

const HELD = 'held';
const DECISION_TIME_MS = 5000;

/**
 * Takes a directory for this process alone, creating it when needed, or throws {@link DirectoryInUseError}.
 *
 * Each process lays down a claim of its own, a file `lock.PID.START.RANDOM`, and only then looks for others. Of two
 * that come at the same time at least one sees the other, so never do both get the directory. Who sees a claim that
 * is held, or an undecided one that sorts before its own, gives way; who sees an undecided one behind its own waits
 * for it to decide. So one of them always gets it. Claims of dead processes are cleared on the way: a name is never
 * used twice, so this cannot hit a claim that somebody laid down meanwhile, as with one common lock file.
 *
 * Processes must see each other's pids. Two containers that run at once on one volume do not: give each its own.
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  const directory = resolve(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const start = (await processStart(process.pid)) ?? UNKNOWN_START;
  const mine = `lock.${process.pid}.${start}.${randomUUID()}`;
  const file = join(directory, mine);
  await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  try {
    await prevail(directory, mine);
    await appendFile(file, HELD);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { release: () => rm(file, { force: true }) };
}

/** Resolves when no other live claim is left, throws when one goes before this one. */
async function prevail(directory: string, mine: string): Promise<void> {
  const deadline = Date.now() + DECISION_TIME_MS;
  for (;;) {
    const rivals = await liveRivals(directory, mine);
    if (rivals.length === 0) return;
    const held = await Promise.all(rivals.map(({ name }) => isHeld(join(directory, name))));
    const winner =
      rivals.find((_, index) => held[index]) ??
      rivals.find(({ name }) => name < mine) ??
      (Date.now() > deadline ? rivals[0] : undefined);
    if (winner) throw new DirectoryInUseError(directory, winner.pid);
    await delay(10);
  }
}

async function liveRivals(directory: string, mine: string): Promise<Claim[]> {
  const rivals: Claim[] = [];
  for (const name of await readdir(directory)) {
    const claim = parse(name);
    if (claim === undefined || name === mine) continue;
    if (await isAlive(claim)) rivals.push(claim);
    else await rm(join(directory, name), { force: true });
  }
  return rivals;
}

function parse(name: string): Claim | undefined {
  const [, pid, start] = /^lock\.(\d+)\.([\w-]+)\.[\w-]+$/.exec(name) ?? [];
  return pid && start ? { name, pid: Number(pid), start } : undefined;
}

async function isAlive({ pid, start }: Claim): Promise<boolean> {
  const now = await processStart(pid);
  return now !== undefined && (now === start || now === UNKNOWN_START || start === UNKNOWN_START);
}

async function isHeld(file: string): Promise<boolean> {
  // A claim that is gone was withdrawn; the next look will not find it.
  return (await readFile(file, 'utf8').catch(() => '')) === HELD;
}
