import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SPA } from './clients.mjs';
import { AUDIENCE } from './people.mjs';
import { Refusal } from './refusal.mjs';
import { ROOT } from './settings.mjs';

const START_MAY_TAKE_MS = 60_000;

const LEASH = new URL('leash.mjs', import.meta.url).href;

/** What a process needs of its surroundings. The rest, with whatever configures the API elsewhere, stays outside. */
const KEPT = [
  'PATH',
  'HOME',
  'SystemRoot',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TZ',
  'NO_COLOR',
  'FORCE_COLOR',
];

/**
 * Compiles the API, so that the demo shows the code as it stands.
 *
 * @param {AbortSignal} signal gives it up
 */
export async function buildApi(signal) {
  const nest = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
  const build = spawn(process.execPath, [nest, 'build'], {
    cwd: ROOT,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [build.stdout, build.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(build, 'close');
  if (code !== 0) throw new Refusal(`${output.trim()}\nThe API does not compile, see above.`);
}

/**
 * Starts the API as a process of its own, as in production, on the embedded database.
 *
 * @param {{ apiPort: number, dataDir: string, issuer: string }} options
 */
export async function startApi({ apiPort, dataDir, issuer }) {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const child = spawn(process.execPath, ['--import', LEASH, join(ROOT, 'dist/main.js')], {
    // A directory without `.env`, which the API would read.
    cwd: dataDir,
    env: {
      ...Object.fromEntries(KEPT.map((name) => [name, process.env[name]])),
      ISSUER_BASE_URL: issuer,
      AUTH0_AUDIENCE: AUDIENCE,
      AUTH0_CLIENT_ID: SPA.id,
      PORT: String(apiPort),
      HOST: 'localhost',
      DATA_DIR: join(dataDir, 'database'),
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Out of reach of the terminal's Ctrl-C: it is told once, below.
    detached: true,
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code: code ?? 1, signal }));
  return {
    /** Resolves with how the process ended. */
    ended,
    /** Tells it to finish, and waits until it has. */
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Waits until an address answers.
 *
 * @param {string} url
 * @param {AbortSignal} signal gives it up
 */
export async function untilAnswered(url, signal) {
  const deadline = Date.now() + START_MAY_TAKE_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(url, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(100, undefined, { signal });
  }
  throw new Refusal(`${url} did not answer within ${START_MAY_TAKE_MS / 1000} seconds.`);
}
