/**
 * Tests several instances behind nginx under load, while parts of the cluster fail. Run it with
 * `npm run test:cluster`; docs/cluster-test.md describes it.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from './cluster.mjs';
import { drain } from './drain.mjs';
import { EVENTS } from './events.mjs';
import { FORBIDDEN, Load } from './load.mjs';
import { killAll } from './processes.mjs';
import { checkProxy } from './proxy.mjs';
import { eventTable, failuresByCause, isFailure, slowestSecond } from './report.mjs';
import { isInstalled } from './servers.mjs';
import { check, exitWithTotals } from '../../scripts/checks.mjs';

const TIMEOUT_MS = 240_000;

const startedAt = performance.now();
const directory = await mkdtemp(join(tmpdir(), 'cluster-'));
await chmod(directory, 0o755);
const cluster = new Cluster(directory);
let isFinishing = false;

/** Says what happens, with the time. */
function say(text) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${seconds.padStart(5)} s  ${text}`);
}

async function requireServers() {
  for (const name of ['nginx', 'redis-server']) {
    if (!(await isInstalled(name, directory))) throw new Error(`${name} is not installed`);
  }
}

async function runEvents() {
  await cluster.start();
  say(`${cluster.instances.length} instances started together on an empty database`);
  const load = new Load(cluster);
  load.start();
  cluster.cleanup.push(async () => load.stop());
  for (const [name, run] of EVENTS) {
    say(name);
    load.event = name;
    await run(cluster);
  }
  await load.finish();
  return load;
}

function report({ attempts, acknowledged, retried }) {
  console.log(`\n${eventTable(attempts)}\n`);
  for (const line of failuresByCause(attempts)) console.log(`failed: ${line}`);
  console.log(`slowest second: ${slowestSecond(attempts)}`);
  console.log(`writes acknowledged: ${acknowledged.size}, of which after a retry: ${retried}\n`);
}

async function checkLoad({ attempts, acknowledged, pending }) {
  const rows = await cluster.database.messages();
  const stored = new Map(rows.map(({ id, text }) => [id, text]));
  const texts = rows.map(({ text }) => text);
  const doubled = texts.toSorted().filter((text, index, sorted) => text === sorted[index - 1]);
  const lost = [...acknowledged].filter(([id, text]) => stored.get(id) !== text);
  const describe = ({ event, kind, fault = '', cause }) => `${event}: ${kind} ${fault} ${cause}`;
  const none = (what, attempt) => {
    const found = attempts.filter(attempt);
    check(`${what}: ${found.length}`, found.length === 0, found.map(describe));
  };
  const isGood = ({ kind }) => kind !== 'bad' && kind !== 'none';

  check(`acknowledged writes lost: ${lost.length}`, lost.length === 0, lost);
  check(`writes doubled: ${doubled.length}`, doubled.length === 0, doubled);
  check(`writes that never succeeded: ${pending.size}`, pending.size === 0);
  none('good tokens called bad', (each) => isGood(each) && [401, 403].includes(each.status));
  none('bad tokens accepted', (each) => !isGood(each) && each.status < 300);
  const forbidden = texts.filter((text) => text.startsWith(FORBIDDEN));
  check(`writes with bad tokens: ${forbidden.length}`, forbidden.length === 0, forbidden);
  none('other unexpected answers', (each) => !each.ok && !isFailure(each));
  none(
    'failures during the rolling restart',
    (each) => each.event === 'rolling restart' && isFailure(each),
  );
  const { exitCodes } = cluster;
  check(
    `exit codes after SIGTERM: ${exitCodes.join(', ')}`,
    exitCodes.length > 0 && exitCodes.every((code) => code === 0),
  );
}

async function checkDrain(shutdownDelaySec) {
  const instance = cluster.instance(`drain-${shutdownDelaySec}`, shutdownDelaySec);
  const { code, ms, answered, lost } = await drain(instance, () => cluster.tokens.next());
  const what = `SHUTDOWN_DELAY_SEC=${shutdownDelaySec} without a proxy: ${answered} requests answered`;
  check(
    `${what}, ${lost.length} lost, exit code ${code} after ${ms} ms`,
    lost.length === 0 && code === 0,
    lost,
  );
}

/** Also after a signal: nothing may be left behind. */
async function finish() {
  if (isFinishing) return;
  isFinishing = true;
  await killAll();
  await cluster.clean();
  await rm(directory, { recursive: true, force: true });
  exitWithTotals();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    check(`runs until its end: ${signal}`, false);
    void finish();
  });
}
setTimeout(() => {
  check(`finishes within ${TIMEOUT_MS / 1000} seconds`, false);
  void finish();
}, TIMEOUT_MS);

try {
  await requireServers();
  const load = await runEvents();
  say('the load has ended');
  report(load);
  await checkLoad(load);
  check('the instances count requests in Redis', await cluster.usesRedis());
  for (const [what, is] of await checkProxy(cluster)) check(`nginx: ${what}`, is);
  await checkDrain(1);
  await checkDrain(0);
} catch (error) {
  check('runs without an error', false, [error.stack]);
}
await finish();
