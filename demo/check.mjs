/** Drives the demo as its own welcome says, from a surrounding that would lead it astray. Called by `.ci/run`. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts, paste, runDemo } from './check.tools.mjs';
import { MACHINE } from './clients.mjs';
import { AUDIENCE } from './people.mjs';
import { welcome } from './welcome.mjs';

const LIMIT_MS = 180_000;
const END_MAY_TAKE_MS = 12_000;

const dataDir = await mkdtemp(join(tmpdir(), 'demo-check-'));
const [apiPort, tenantPort] = await freePorts(2);
const api = `http://localhost:${apiPort}`;
const issuer = `http://localhost:${tenantPort}/`;

const environment = {
  ...process.env,
  DEMO_DATA_DIR: dataDir,
  DEMO_API_PORT: String(apiPort),
  DEMO_TENANT_PORT: String(tenantPort),
  // Each of these would break the API, were it to see it.
  AUTH0_DOMAIN: 'foo',
  AUTH0_AUDIENCE: 'https://remote.example.com',
  auth0_client_id: 'wrong-case',
  ISSUER_BASE_URL: 'http://remote',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x',
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

let passed = 0;
let failed = 0;

/** One line per check; `details` is shown when it fails. */
function check(what, is, details = '') {
  if (is) passed += 1;
  else failed += 1;
  console.log(`${is ? 'ok  ' : 'FAIL'} ${what}`);
  if (!is && details !== '') console.log(details.trimEnd().replaceAll(/^/gm, '       '));
}

async function refusals() {
  const production = await start({ NODE_ENV: 'production' }).ended;
  check(
    'refuses NODE_ENV=production in one sentence, with exit code 1',
    production.code === 1 &&
      /^The demo does not run with NODE_ENV=production.*\.\n$/.test(production.output),
    production.output,
  );
  const badPort = await start({ DEMO_API_PORT: '3001/' }).ended;
  check(
    'refuses a port that is none',
    badPort.code === 1 && /^DEMO_API_PORT is no port.*\.\n$/.test(badPort.output),
    badPort.output,
  );
}

/** The newcomer meets these lines twice; they must not differ. */
async function readme() {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, block = ''] = /^```console\n(.*?)^```/ms.exec(text) ?? [];
  const shown = [...block.matchAll(/^\$ (.*)/gm)].map(([, line]) => line);
  const usual = { apiOrigin: 'http://localhost:3001', issuer: 'http://localhost:4010/' };
  const printed = linesToPaste(welcome(usual));
  const missing = shown.filter((line) => !printed.includes(line));
  check(
    'prints the lines that README.md begins with',
    shown.length > 0 && missing.length === 0,
    missing.join('\n'),
  );
}

function linesToPaste(text) {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => /^(?:curl |TOKEN=)/.test(line));
}

async function welcomeLines(demo) {
  const output = await demo.welcomed;
  check(
    'starts, whatever its surroundings configure, and welcomes',
    output !== undefined,
    demo.output(),
  );
  const [, first = ''] = output?.split('is running. Ctrl-C ends it.') ?? [];
  check(
    'names the address for a browser first',
    first.trim().startsWith(`Open    ${api} in a browser`),
    first,
  );
  check('prints no advice to operators', !demo.output().includes('oidc-provider'), demo.output());
  const commands = linesToPaste(output ?? '');
  check('prints five lines to paste', commands.length === 5, commands.join('\n'));
  const answers = await paste(commands);
  const [open = '', closed = '', token = '', scoped = '', forbidden = ''] = answers;
  check(
    'the public route answers',
    open.includes('"message":"Hello from a public endpoint! No authentication required."'),
    open,
  );
  check(
    'the protected one asks for a token',
    closed.startsWith('HTTP/1.1 401 ') && /^www-authenticate: Bearer\r$/im.test(closed),
    closed,
  );
  check('the token request says nothing', token === '', token);
  check(
    'the token opens what needs read:messages',
    scoped.startsWith('{"message":"Hello from a private endpoint!'),
    scoped,
  );
  check(
    'it does not open what needs read:admin',
    forbidden.startsWith('HTTP/1.1 403 ') &&
      /^www-authenticate: Bearer error="insufficient_scope".*scope="read:admin"\r$/im.test(
        forbidden,
      ) &&
      forbidden.includes('"code":"insufficient_scope"'),
    forbidden,
  );
}

async function portsInUse() {
  const both = await start().ended;
  check(
    'says that the port of the API is in use, and the way out',
    both.code === 1 &&
      new RegExp(`^Port ${apiPort}, .* DEMO_API_PORT=\\d+ npm run demo\\.\n$`).test(both.output),
    both.output,
  );
  const [free] = await freePorts(1);
  const tenants = await start({ DEMO_API_PORT: String(free) }).ended;
  check(
    'says the same of the port of the tenant',
    tenants.code === 1 &&
      new RegExp(`^Port ${tenantPort}, .* DEMO_TENANT_PORT=\\d+ npm run demo\\.\n$`).test(
        tenants.output,
      ),
    tenants.output,
  );
}

/** What must survive a restart: the key that the tenant signs with, and the messages. */
async function memory() {
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

/** @returns the demo that was started again */
async function restart(demo) {
  const before = await memory();
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
    'Ctrl-C ends both, with exit code 0',
    code === 0 && gone.every(Boolean),
    `${code}: ${output}`,
  );

  const again = start();
  await again.welcomed;
  const after = await memory();
  check(
    'a restart keeps the key and the messages, and adds none',
    JSON.stringify(after) === JSON.stringify(before),
    `${JSON.stringify(before)}\n${JSON.stringify(after)}`,
  );
  return again;
}

/** The API holds its database with a lock file that is called after its process. */
async function dyingApi(demo) {
  const locks = await readdir(join(dataDir, 'database'));
  const [, pid] = locks.map((name) => /^lock\.(\d+)\./.exec(name)).find(Boolean) ?? [];
  process.kill(Number(pid), 'SIGKILL');
  const { code, output } = await demo.ended;
  check(
    'ends with a sentence when the API dies',
    code === 1 && output.includes('The API has ended by itself (SIGKILL), and the demo with it.'),
    `${code}: ${output}`,
  );
}

async function earlyEnd() {
  const demo = start();
  await demo.building;
  process.kill(demo.pid, 'SIGTERM');
  const { code, output } = await demo.ended;
  check('SIGTERM while it builds ends it, with exit code 0', code === 0, `${code}: ${output}`);
}

async function finish() {
  for (const demo of running) demo.kill();
  const ended = Promise.all([...running].map((demo) => demo.ended));
  await Promise.race([ended, delay(END_MAY_TAKE_MS)]);
  await rm(dataDir, { recursive: true, force: true });
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

setTimeout(() => {
  check(`is done within ${LIMIT_MS / 1000} seconds`, false);
  void finish();
}, LIMIT_MS);

try {
  await readme();
  await refusals();
  const demo = start();
  await welcomeLines(demo);
  await portsInUse();
  await dyingApi(await restart(demo));
  await earlyEnd();
} catch (error) {
  check('runs to its end', false, error.stack);
}
await finish();
