import { spawn } from 'node:child_process';

/**
 * Runs a program to its end.
 *
 * @returns {Promise<{ code: number | null, text: string }>} its exit code, and what it printed
 */
export function run(program, args, cwd, { env, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
    child.stdin.end(input);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => (text += data));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

/** Starts an application, and waits until it says where it listens. */
export function listen(file, { cwd, env }) {
  const child = spawn(process.execPath, [file], { cwd, env: { ...process.env, ...env } });
  let text = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        text += data;
        const [, url] = /^Listening at (\S+)$/m.exec(text) ?? [];
        if (url !== undefined) resolve({ url, stop: () => child.kill() });
      });
    }
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`${file} ended with ${code}:\n${text}`)));
  });
}
