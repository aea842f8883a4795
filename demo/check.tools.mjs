import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('start.mjs', import.meta.url));
const LAST_WORDS = '/api/admin/messages';
const SEPARATOR = '--- next ---';

/** Starts the demo as its npm script does. */
export function runDemo(environment) {
  const child = spawn(process.execPath, [START], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group, as a terminal makes one: Ctrl-C goes to all of it.
    detached: true,
  });
  let output = '';
  const ended = once(child, 'close').then(([code]) => ({ code, output }));
  const said = (words) =>
    new Promise((resolve) => {
      const look = () => output.includes(words) && resolve(output);
      child.stdout.on('data', look);
      void ended.then(() => resolve(undefined));
    });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return {
    pid: child.pid,
    output: () => output,
    /** Resolves with its exit code, and everything it has printed. */
    ended,
    /** These resolve when it has come so far, with what it has printed; with undefined when it ends before. */
    building: said('Building'),
    welcomed: said(LAST_WORDS),
    ctrlC: () => process.kill(-Number(child.pid), 'SIGINT'),
    kill: () => child.kill('SIGTERM'),
  };
}

/** Runs the lines one after the other in one shell, and resolves with what each of them printed. */
export function paste(lines) {
  const script = lines.map((line) => `${line}\nprintf '%s' '${SEPARATOR}'`).join('\n');
  return new Promise((resolve) => {
    const shell = execFile('bash', { timeout: 20_000 }, (_error, stdout) =>
      resolve(stdout.split(SEPARATOR)),
    );
    shell.stdin.end(script);
  });
}

/** Ports of `localhost` that nobody listens on at the moment. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, 'localhost'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
