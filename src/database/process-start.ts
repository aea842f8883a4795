import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** A process that lives, but whose start the system does not tell. */
export const UNKNOWN_START = 'unknown';

/**
 * When the process with this pid started, in letters, digits and `-`; `undefined` when none such lives.
 * The pid alone names no process: pids are used again, and in containers everyone is number 1.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  const start = process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
  return start ?? (isRunning(pid) ? UNKNOWN_START : undefined);
}

/** The start in clock ticks since boot, together with the boot (proc(5), /proc/PID/stat, field 22). */
async function fromProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // Field 2, the command, may itself hold spaces and parentheses; count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  // A zombie answers to kill(pid, 0), but has let go of every file: it counts as another start.
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : `${boot.trim()}-${fields[19]}`;
}

async function fromPs(pid: number): Promise<string | undefined> {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const started = await new Promise<string>((resolve) => {
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { env }, (error, stdout) => {
      resolve(error ? '' : stdout);
    });
  });
  return started.trim().replaceAll(/\W+/g, '-') || undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
