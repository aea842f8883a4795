import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { send } from './request.mjs';

const CLIENTS = 20;
/** Less than the half second for which an instance that stops keeps idle connections. */
const THINK_MS = 400;
const BEFORE_SIGTERM_MS = 1000;

/**
 * Stops an instance under the load of clients that honour `Connection: close`, without a proxy.
 *
 * @param {import('./servers.mjs').Instance} instance
 * @param {() => string} nextToken
 */
export async function drain(instance, nextToken) {
  await instance.start();
  const clients = Array.from({ length: CLIENTS }, () => use(instance, nextToken));
  await delay(BEFORE_SIGTERM_MS);
  const from = performance.now();
  const code = await instance.stop('SIGTERM');
  const ms = Math.round(performance.now() - from);
  const results = await Promise.all(clients);
  const answered = results.reduce((sum, result) => sum + result.answered, 0);
  const lost = results.flatMap((result) => result.lost);
  return { code, ms, answered, lost };
}

/** Sends one request after another on one connection, until a new one is refused. */
async function use({ origin }, nextToken) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const lost = [];
  for (let answered = 0; ; answered += 1) {
    const outcome = await send(`${origin}/api/messages?limit=1`, { agent, token: nextToken() });
    if (outcome.refused) return { answered, lost };
    if (outcome.status !== 200) lost.push(outcome.cause);
    await delay(Math.random() * THINK_MS);
  }
}
