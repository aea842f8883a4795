/** Checks the image of the Dockerfile. Called by check.sh. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../demo/check.tools.mjs';
import { MACHINE } from '../../demo/clients.mjs';
import { AUDIENCE } from '../../demo/people.mjs';
import { ContainerEngine } from './engine.mjs';
import { check, exitWithTotals } from '../../scripts/checks.mjs';

const TIMEOUT_MS = 600_000;
const START_TIMEOUT_MS = 30_000;
/** A process that does not react to SIGTERM is killed after this time, with exit code 137. */
const STOP_TIMEOUT_SEC = 12;

const directory = await mkdtemp(join(tmpdir(), 'container-check-'));
const ending = new AbortController();
const engine = new ContainerEngine(directory, ending.signal);
const [apiPort, tenantPort] = await freePorts(2);
const api = `http://localhost:${apiPort}`;
const issuer = `http://localhost:${tenantPort}/`;
const packageJson = JSON.parse(await readFile('package.json', 'utf8'));
const lock = JSON.parse(await readFile('package-lock.json', 'utf8'));

/** Processes to stop at the end. */
const children = [];

async function timed(what, work) {
  const start = performance.now();
  await work();
  console.log(`     ${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

async function build() {
  const dockerfile = await readFile('Dockerfile', 'utf8');
  const majors = new Set([...dockerfile.matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => major));
  check('every stage is based on one version of Node', majors.size === 1, [...majors]);
  await timed('base', () => engine.makeBase([...majors][0]));
  await timed('image', () => engine.build('api'));
}

/** Runs JavaScript in a new container of the image. */
async function evaluate(code) {
  const { stdout, stderr } = await engine.run('api', { volume: 'none' }, 'node', '-p', code);
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}

async function contents() {
  const files = await evaluate('JSON.stringify(fs.readdirSync("/app").sort())');
  const expected = ['LICENSE', 'dist', 'node_modules', 'package.json', 'public'];
  check('contains nothing but the API', String(files) === String(expected), files);

  const installed = await evaluate('fs.readFileSync("node_modules/.package-lock.json", "utf8")');
  const packages = Object.entries(installed.packages);
  const differing = packages.filter(
    ([path, { version, integrity }]) =>
      lock.packages[path]?.version !== version || lock.packages[path]?.integrity !== integrity,
  );
  check(
    'has the packages of the lock file',
    packages.length > 50 && differing.length === 0,
    `${packages.length} packages, ${differing.map(([path]) => path).join(' ')}`,
  );
  const development = packages.filter(
    ([path]) => lock.packages[path]?.dev || lock.packages[path]?.devOptional,
  );
  check('has no development dependency', development.length === 0, String(development));

  const [image] = JSON.parse((await engine.podman('image', 'inspect', 'localhost/api')).stdout);
  const { Cmd, User, Env, Volumes } = image.Config;
  check('starts Node as npm run start:prod does', Cmd.join(' ') === startCommand(), Cmd);
  check('names a numeric user other than root', /^[1-9]\d*(:[1-9]\d*)?$/.test(User), User);
  const secrets = Env.filter((line) => /secret|password|token|_url/i.test(line));
  check('has no secret in its environment', secrets.length === 0, secrets);
  check('declares DATA_DIR as a volume', '/data' in Volumes, JSON.stringify(Volumes));
  console.log(`     size: ${Math.round(image.Size / 2 ** 20)} MiB, with the base`);
  return image.Healthcheck.Test.slice(1);
}

const startCommand = () => packageJson.scripts['start:prod'];

async function migrate() {
  const command = ['node', 'dist/commands/migrate.js'];
  const { code, stdout, stderr } = await engine.run('api', { volume: 'migrated' }, ...command);
  const isDone = code === 0 && stdout.endsWith('The database is up to date.\n');
  check('migrates the database as a command of its own', isDone, stdout + stderr);
}

/** On this machine: an image of it would need the development dependencies once more. */
async function startTenant() {
  const env = {
    ...process.env,
    DEMO_TENANT_PORT: String(tenantPort),
    DEMO_API_PORT: String(apiPort),
    DEMO_DATA_DIR: join(directory, 'tenant'),
  };
  delete env.NODE_ENV;
  const child = spawn(process.execPath, ['deploy/compose/tenant.mjs'], { env });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const answered = await waitFor(`${issuer}.well-known/jwks.json`);
  check('the tenant of compose.yaml starts', answered === 200, output);
}

async function startApi() {
  const environment = { PORT: apiPort, ISSUER_BASE_URL: issuer, AUTH0_AUDIENCE: AUDIENCE };
  const { code, stderr } = await engine.run('api', { name: 'api', environment, volume: 'api' });
  if (code !== 0) throw new Error(stderr);
  const live = await waitFor(`${api}/health/live`);
  check('/health/live answers 200', live === 200, `${live}\n${await logs('api')}`);
  const ready = await waitFor(`${api}/health/ready`);
  check('/health/ready answers 200', ready === 200, `${ready}\n${await logs('api')}`);
}

async function routes() {
  const open = await fetch(`${api}/api/public`);
  check('a public route answers without a token', open.status === 200, open.status);
  const closed = await fetch(`${api}/api/private`);
  check('a protected route requires a token', closed.status === 401, closed.status);
  const answer = await fetch(`${issuer}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: MACHINE.id,
      client_secret: MACHINE.secret,
      audience: AUDIENCE,
      scope: 'read:messages write:messages',
    }),
  });
  const { access_token: token } = await answer.json();
  const posted = await fetch(`${api}/api/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'Written in a container' }),
  });
  check('a message is written, to DATA_DIR', posted.status === 201, await posted.text());
}

async function processes() {
  const [{ State: state }] = JSON.parse((await engine.podman('inspect', 'api')).stdout);
  const { uid } = await stat(`/proc/${state.Pid}`);
  check('runs as user 1000', uid === 1000, uid);
  const command = (await readFile(`/proc/${state.Pid}/cmdline`, 'utf8')).split('\0').join(' ');
  check('runs Node as its first process', command.trim() === startCommand(), command);
  const tried = await Promise.all(['/app', '/tmp', '/data'].map(canWrite));
  check('can write to DATA_DIR only', tried.join() === 'EROFS,EROFS,written', tried);
}

/** Tries to write a file in the running container. */
async function canWrite(folder) {
  const code = `try { fs.writeFileSync('${folder}/x', ''); 'written' } catch (e) { e.code }`;
  return (await engine.podman('exec', 'api', 'node', '-p', code)).stdout.trim();
}

async function healthCheck(command) {
  const { code, stdout, stderr } = await engine.podman('healthcheck', 'run', 'api');
  check('its health check passes', code === 0, stdout + stderr);
  const unused = await engine.podman('exec', '--env=PORT=1', 'api', ...command);
  check('its health check fails when nothing answers', unused.code === 1, unused.stderr);
}

async function stop() {
  await engine.podman('stop', `--time=${STOP_TIMEOUT_SEC}`, 'api');
  const { stdout } = await engine.podman('inspect', 'api', '--format={{.State.ExitCode}}');
  check('SIGTERM stops it with exit code 0', stdout.trim() === '0', stdout + (await logs('api')));
}

async function logs(name) {
  const { stdout, stderr } = await engine.podman('logs', '--tail=10', name);
  return stdout + stderr;
}

/** The status of the first answer that is a success, or of the last one. */
async function waitFor(url) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let status;
  while (status !== 200 && Date.now() < deadline) {
    await delay(100);
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    status = answer?.status;
  }
  return status;
}

async function finish() {
  ending.abort();
  for (const child of children) child.kill('SIGTERM');
  await engine.podman('rm', '--all', '--force', '--time=1');
  // Mounted while an image or a container is in use.
  await engine.podman('system', 'reset', '--force');
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  exitWithTotals();
}

setTimeout(() => {
  check(`finishes within ${TIMEOUT_MS / 1000} seconds`, false);
  void finish();
}, TIMEOUT_MS);

try {
  await build();
  const health = await contents();
  await migrate();
  await startTenant();
  await startApi();
  await routes();
  await processes();
  await healthCheck(health);
  await stop();
} catch (error) {
  check('runs without an error', false, error.stack);
}
await finish();
