import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SPA } from './clients.mjs';
import { AUDIENCE, PERMISSIONS } from './people.mjs';
import { ROOT } from './settings.mjs';
import { StartError } from './start-error.mjs';

const START_TIMEOUT_MS = 60_000;

/** Compiles the sources in memory, so that the demo always runs the current code. */
const TYPESCRIPT = new URL('../scripts/typescript.mjs', import.meta.url).href;

const EXIT_WITH_PARENT = new URL('exit-with-parent.mjs', import.meta.url).href;

/** Variables that the API inherits. Its configuration must come from the demo only. */
const INHERITED = [
  'PATH',
  'HOME',
  'SystemRoot',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TZ',
  'TERM',
  'NO_COLOR',
  'FORCE_COLOR',
];

/**
 * The configuration of the API. Tests use it, too.
 *
 * @param {{ apiPort: number, issuer: string }} options
 */
export function apiVariables({ apiPort, issuer }) {
  const publicUrl = `http://localhost:${apiPort}`;
  return {
    ISSUER_BASE_URL: issuer,
    // The first one is for the browser pages. Clients that discover the API, by its document at
    // `/.well-known/oauth-protected-resource`, ask for its address.
    AUTH0_AUDIENCE: `${AUDIENCE},${publicUrl}`,
    AUTH0_CLIENT_ID: SPA.id,
    SECURITY_CONTACT: 'security@example.com',
    // With `:admin`, which is off by default: the tenant grants only what the person may have.
    AUTH0_CLIENT_SCOPES: PERMISSIONS.join(' '),
    PORT: String(apiPort),
    HOST: 'localhost',
    PUBLIC_URL: publicUrl,
    MCP: 'on',
    // An MCP client may ask for `write:messages` alone when it needs that, and would then have lost
    // `read:messages`.
    IMPLIED_SCOPES: 'write:messages=read:messages',
    DPOP: 'allowed',
    BACKCHANNEL_LOGOUT: 'on',
  };
}

/**
 * Starts the API in its own process, with the embedded database.
 *
 * @param {object} options
 * @param {number} options.apiPort
 * @param {string} options.dataDir
 * @param {string} options.issuer
 * @param {string} [options.logLevel]
 * @param {Record<string, string>} [options.variables] besides those of the demo, or instead of them
 */
export async function startApi({ apiPort, dataDir, issuer, logLevel = 'info', variables = {} }) {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const child = spawn(
    process.execPath,
    ['--import', TYPESCRIPT, '--import', EXIT_WITH_PARENT, join(ROOT, 'src/main.ts')],
    {
      // Not the root: the API would read the `.env` there.
      cwd: dataDir,
      env: {
        ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name]])),
        ...apiVariables({ apiPort, issuer }),
        ...variables,
        DATA_DIR: join(dataDir, 'database'),
        // `info` has a line for every refusal, also of a request without a token.
        LOG_LEVEL: logLevel,
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Ctrl-C in the terminal must not reach the API: `close()` stops it. On Windows this option
      // would open a window.
      detached: process.platform !== 'win32',
    },
  );
  const ended = once(child, 'exit').then(([code, signal]) => ({ code: code ?? 1, signal }));
  return {
    /** Resolves with the exit code and signal of the process. */
    ended,
    /** Stops the process and waits until it has exited. */
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Waits until a GET request to the address succeeds.
 *
 * @param {string} url
 * @param {AbortSignal} signal stops waiting
 */
export async function waitUntilReady(url, signal) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let answer;
  while (Date.now() < deadline) {
    answer = await fetch(url, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(100, undefined, { signal });
  }
  const seconds = START_TIMEOUT_MS / 1000;
  const last = answer ? `its last answer was ${answer.status}` : 'it does not answer';
  throw new StartError(`${url} was not ready within ${seconds} seconds: ${last}.`);
}
