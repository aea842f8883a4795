import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { logInAs } from './scripted-browser.mjs';

const START = fileURLToPath(new URL('start.mjs', import.meta.url));
/** Part of the last line that the demo prints when it is ready. */
const LAST_LINE = '/api/admin/messages';
const SEPARATOR = '--- next ---';

/** Starts the demo like `npm run demo`. */
export function runDemo(environment) {
  const child = spawn(process.execPath, [START], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as in a terminal: Ctrl-C reaches all processes of the group.
    detached: true,
  });
  let output = '';
  const ended = once(child, 'close').then(([code]) => ({ code, output }));
  const printed = (text) =>
    new Promise((resolve) => {
      child.stdout.on('data', () => output.includes(text) && resolve(output));
      void ended.then(() => resolve(undefined));
    });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return {
    pid: child.pid,
    output: () => output,
    /** Resolves with the exit code and the whole output. */
    ended,
    /** Resolve with the output so far at this point, or undefined if the demo exits before. */
    starting: printed('Starting'),
    ready: printed(LAST_LINE),
    ctrlC: () => process.kill(-Number(child.pid), 'SIGINT'),
    kill: () => child.kill('SIGTERM'),
  };
}

/** Runs the lines in sequence in one shell. Resolves with the output of each line. */
export function paste(lines) {
  const script = lines.map((line) => `${line}\nprintf '%s' '${SEPARATOR}'`).join('\n');
  return new Promise((resolve) => {
    const shell = execFile('bash', { timeout: 20_000 }, (_error, stdout) =>
      resolve(stdout.split(SEPARATOR)),
    );
    shell.stdin.end(script);
  });
}

/** Runs a command. At each address of a login that it prints, this person logs in. */
export async function runWithLogins(command, username) {
  const [program, ...parameters] = command.split(' ');
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (/^ +http:\S+\/authorize\?/.test(line)) await fetch(await logInAs(username, line.trim()));
  }
  return lines.join('\n');
}

/** Returns free ports of `localhost`. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, 'localhost'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
