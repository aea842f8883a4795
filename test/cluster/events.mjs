import { setTimeout as delay } from 'node:timers/promises';

/** Time with load after each fault, so that late effects belong to it. */
const AFTER_MS = 2000;
const FAULT_MS = 3000;
const HANG_MS = 7000;

/** Tokens make an instance ask for the issuer's keys at most once in this time. */
const REFRESH_INTERVAL_MS = 30_000;

/**
 * What happens to the cluster, one after another.
 *
 * @type {[name: string, run: (cluster: import('./cluster.mjs').Cluster) => Promise<void>][]}
 */
export const EVENTS = [
  ['nothing', () => delay(AFTER_MS)],
  ['one instance killed', killOne],
  ['rolling restart', restartAll],
  ['database connections ended', endDatabaseConnections],
  ['Redis hangs', hangRedis],
  ['Redis stopped', stopRedis],
  ['keys rotated', rotateKeys],
  ['issuer hangs', hangIssuer],
  ['keys rotated under attack', rotateUnderAttack],
];

async function killOne({ instances }) {
  const [instance] = instances;
  await instance.stop('SIGKILL');
  await delay(AFTER_MS);
  await instance.start();
  await delay(AFTER_MS);
}

async function restartAll({ instances, tokens, exitCodes }) {
  // Forged tokens make an instance ask for the keys, at most once in 30 seconds. From here on each
  // instance keeps that request for the keys that are rotated later.
  tokens.isAttacked = false;
  for (const instance of instances) {
    exitCodes.push(await instance.stop('SIGTERM'));
    await instance.start();
  }
  await delay(AFTER_MS);
}

async function endDatabaseConnections({ database }) {
  await database.terminateConnections();
  await delay(AFTER_MS);
}

async function hangRedis({ redis }) {
  redis.kill('SIGSTOP');
  await delay(FAULT_MS);
  redis.kill('SIGCONT');
  await delay(AFTER_MS);
}

async function stopRedis(cluster) {
  cluster.redis.kill('SIGTERM');
  await cluster.redis.ended;
  await delay(FAULT_MS);
  await cluster.startRedis();
  await delay(AFTER_MS);
}

async function rotateKeys({ tokens }) {
  await tokens.rotate();
  await delay(FAULT_MS);
}

/** Forged tokens have used up the requests for keys, so some new tokens get 503 for a while. */
async function rotateUnderAttack({ tokens, instances }) {
  await tokens.rotate();
  const token = tokens.newest();
  const deadline = Date.now() + REFRESH_INTERVAL_MS + AFTER_MS;
  const isAccepted = async ({ origin }) => {
    const answer = await fetch(`${origin}/api/private`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await answer.body?.cancel();
    return answer.ok;
  };
  while (Date.now() < deadline) {
    const known = await Promise.all(instances.map(isAccepted));
    if (known.every(Boolean)) break;
    await delay(500);
  }
  await delay(AFTER_MS);
}

async function hangIssuer({ tokens }) {
  tokens.isAttacked = true;
  tokens.issuer.fail('hang');
  await delay(HANG_MS);
  tokens.issuer.recover();
  await delay(AFTER_MS);
}
