/** Tests the demo by running the commands that it prints. Called by `.ci/run`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts, paste, runDemo, runWithLogins } from './check.tools.mjs';
import { MACHINE } from './clients.mjs';
import { AUDIENCE } from './people.mjs';
import { welcome } from './welcome.mjs';
import { check, exitWithTotals } from '../scripts/checks.mjs';

const TIMEOUT_MS = 180_000;
const SHUTDOWN_TIMEOUT_MS = 12_000;

const dataDir = await mkdtemp(join(tmpdir(), 'demo-check-'));
const [apiPort, tenantPort] = await freePorts(2);
const api = `http://localhost:${apiPort}`;
const issuer = `http://localhost:${tenantPort}/`;

const environment = {
  ...process.env,
  DEMO_DATA_DIR: dataDir,
  DEMO_API_PORT: String(apiPort),
  DEMO_TENANT_PORT: String(tenantPort),
  // The demo must not pass these on to the API: each of them would break it.
  AUTH0_DOMAIN: 'foo',
  AUTH0_AUDIENCE: 'https://remote.example.com',
  ISSUER_BASE_URL: 'http://remote',
  DATABASE_URL: 'postgres://user@127.0.0.1:1/x',
  HOST: 'nowhere.invalid',
  PORT: 'none',
  LOG_LEVEL: 'loud',
};
delete environment.NODE_ENV;

const running = new Set();
const start = (extra = {}) => {
  const demo = runDemo({ ...environment, ...extra });
  running.add(demo);
  void demo.ended.then(() => running.delete(demo));
  return demo;
};

async function startErrors() {
  const production = await start({ NODE_ENV: 'production' }).ended;
  check(
    'refuses NODE_ENV=production with one sentence and exit code 1',
    production.code === 1 &&
      /^The demo does not run with NODE_ENV=production.*\.\n$/.test(production.output),
    production.output,
  );
  const badPort = await start({ DEMO_API_PORT: '3001/' }).ended;
  check(
    'refuses an invalid port',
    badPort.code === 1 && /^DEMO_API_PORT must be an integer.*\.\n$/.test(badPort.output),
    badPort.output,
  );
}

/** README.md and the demo must show the same commands. */
async function readmeCommands() {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, block = ''] = /^```console\n(.*?)^```/ms.exec(text) ?? [];
  const shown = commandsIn(block.replaceAll(/^> /gm, '').replaceAll(/^\$ /gm, ''));
  const addresses = { apiOrigin: 'http://localhost:3001', issuer: 'http://localhost:4010/' };
  const printed = commandsIn(welcome(addresses, { platform: 'linux' }));
  const missing = shown.filter((line) => !printed.includes(line));
  check(
    'prints the commands that README.md begins with',
    shown.length > 0 && missing.length === 0,
    missing.join('\n'),
  );
}

/** A command that is broken over several lines becomes one line. */
function commandsIn(text) {
  const lines = text.replaceAll(/ (?:\\|(\|))\n\s*/g, ' $1 ').split('\n');
  return lines.map((line) => line.trim()).filter((line) => /^(?:curl |TOKEN=)/.test(line));
}

async function printedCommands(demo) {
  const output = await demo.ready;
  check(
    'starts, whatever the environment configures for the API',
    output !== undefined,
    demo.output(),
  );
  const [, first = ''] = output?.split('is running. Press Ctrl-C to stop it.') ?? [];
  check(
    'prints the address for a browser first',
    first.trim().startsWith(`Open    ${api} in a browser`),
    first,
  );
  const warnings = demo.output().match(/^.* WARN .*$/gm) ?? [];
  check('starts without a warning', warnings.length === 0, warnings.join('\n'));
  check('hides notices for operators', !demo.output().includes('oidc-provider'), demo.output());
  const commands = commandsIn(output ?? '');
  check('prints five commands', commands.length === 5, commands.join('\n'));
  const answers = await paste(commands);
  const [open = '', closed = '', token = '', scoped = '', forbidden = ''] = answers;
  check(
    'the public route answers without a token',
    open.includes('"message":"Hello from a public endpoint! No authentication required."'),
    open,
  );
  check(
    'the protected route requires a token, and says where a client can read how to get one',
    closed.startsWith('HTTP/1.1 401 ') &&
      closed.includes(`\nwww-authenticate: Bearer resource_metadata="${api}/.well-known/`),
    closed,
  );
  check('the token request prints nothing', token === '', token);
  const unfinished = [open, closed, scoped, forbidden].filter((answer) => !answer.endsWith('}\n'));
  check('every answer ends with a newline', unfinished.length === 0, unfinished.join('\n'));
  check(
    'the token is accepted by a route that requires read:messages',
    scoped.startsWith('{"message":"Hello from a private endpoint!'),
    scoped,
  );
  check(
    'the token is refused by a route that requires read:admin',
    forbidden.startsWith('HTTP/1.1 403 ') &&
      /^www-authenticate: Bearer error="insufficient_scope".*scope="read:admin",/im.test(
        forbidden,
      ) &&
      forbidden.includes('"code":"insufficient_scope"'),
    forbidden,
  );
  const refusals = demo
    .output()
    .match(/ Refused: .*'GET \/api\/(?:private|admin\/messages)'.* \}$/gm);
  check(
    'the log has one line for each refusal, also of a request without a token',
    refusals?.length === 2,
    demo.output(),
  );
}

async function mcpClient(demo) {
  const [, command = ''] = /Try it with: (node .+)/.exec(demo.output()) ?? [];
  const inBrowser = await runWithLogins(command, 'writer');
  check(
    'the MCP client lists the tools and posts a message, with two logins in a browser',
    inBrowser.split('Open this address').length === 3 &&
      /^ {2}post_message: /m.test(inBrowser) &&
      inBrowser.includes('"author":"auth0|writer"'),
    inBrowser,
  );
  const [alone] = await paste([`${command} --as admin`]);
  check(
    'it needs no browser with --as',
    alone.includes('"text":"Posted by an MCP client.","author":"auth0|admin"'),
    alone,
  );
  const [refused] = await paste([`${command} --as reader 2>&1`]);
  check(
    'it says so when the person may not post',
    refused.endsWith('the person may not do this.\n') && !refused.includes('auth0|reader'),
    refused,
  );
}

async function inUse() {
  const both = await start().ended;
  check(
    "reports that the API's port is in use, and what to do",
    both.code === 1 &&
      new RegExp(`^Port ${apiPort}, .* DEMO_API_PORT=\\d+ npm run demo\\.\n$`).test(both.output),
    both.output,
  );
  const [free] = await freePorts(1);
  const tenantOnly = await start({ DEMO_API_PORT: String(free) }).ended;
  check(
    "reports the same for the tenant's port",
    tenantOnly.code === 1 &&
      new RegExp(`^Port ${tenantPort}, .* DEMO_TENANT_PORT=\\d+ npm run demo\\.\n$`).test(
        tenantOnly.output,
      ),
    tenantOnly.output,
  );
  const [apiFree, tenantFree] = await freePorts(2);
  const directory = await start({
    DEMO_API_PORT: String(apiFree),
    DEMO_TENANT_PORT: String(tenantFree),
  }).ended;
  check(
    'reports the same for the data directory',
    directory.code === 1 &&
      directory.output ===
        `Another demo uses the data directory ${dataDir}. Stop it, or choose another directory, ` +
          `such as DEMO_DATA_DIR=${dataDir}-2 npm run demo.\n`,
    directory.output,
  );
}

/** What must survive a restart: the tenant's signing key and the messages. */
async function persistentState() {
  const { keys } = await (await fetch(`${issuer}.well-known/jwks.json`)).json();
  const answer = await fetch(`${issuer}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: MACHINE.id,
      client_secret: MACHINE.secret,
      audience: AUDIENCE,
    }),
  });
  const { access_token: token } = await answer.json();
  const headers = { authorization: `Bearer ${token}` };
  const { messages } = await (await fetch(`${api}/api/messages`, { headers })).json();
  return { kids: keys.map(({ kid }) => kid), ids: messages.map(({ id }) => id) };
}

/** @returns the restarted demo */
async function restart(demo) {
  const before = await persistentState();
  check('has a few messages', before.ids.length > 1, JSON.stringify(before));

  demo.ctrlC();
  const { code, output } = await demo.ended;
  const isGone = (url) =>
    fetch(url).then(
      () => false,
      () => true,
    );
  const gone = await Promise.all([api, issuer].map(isGone));
  check(
    'Ctrl-C stops both with exit code 0',
    code === 0 && gone.every(Boolean),
    `${code}: ${output}`,
  );

  const again = start();
  await again.ready;
  const after = await persistentState();
  check(
    'a restart keeps the key and the messages, and adds no messages',
    JSON.stringify(after) === JSON.stringify(before),
    `${JSON.stringify(before)}\n${JSON.stringify(after)}`,
  );
  return again;
}

async function apiKilled(demo) {
  // The API is the only child process of the demo.
  const children = await readFile(`/proc/${demo.pid}/task/${demo.pid}/children`, 'utf8');
  process.kill(Number(children), 'SIGKILL');
  const { code, output } = await demo.ended;
  check(
    'stops, and says why, when the API is killed',
    code === 1 && output.includes('The API exited unexpectedly (SIGKILL). The demo has stopped.'),
    `${code}: ${output}`,
  );
}

async function stopDuringStart() {
  const demo = start();
  await demo.starting;
  process.kill(demo.pid, 'SIGTERM');
  const { code, output } = await demo.ended;
  check('SIGTERM during the start stops it with exit code 0', code === 0, `${code}: ${output}`);
}

async function finish() {
  for (const demo of running) demo.kill();
  const ended = Promise.all([...running].map((demo) => demo.ended));
  await Promise.race([ended, delay(SHUTDOWN_TIMEOUT_MS)]);
  await rm(dataDir, { recursive: true, force: true });
  exitWithTotals();
}

setTimeout(() => {
  check(`finishes within ${TIMEOUT_MS / 1000} seconds`, false);
  void finish();
}, TIMEOUT_MS);

try {
  await readmeCommands();
  await startErrors();
  const demo = start();
  await printedCommands(demo);
  await mcpClient(demo);
  await inUse();
  await apiKilled(await restart(demo));
  await stopDuringStart();
} catch (error) {
  check('runs without an error', false, error.stack);
}
await finish();
