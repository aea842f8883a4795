import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { send } from './request.mjs';

/** Larger than the API accepts, and smaller than nginx accepts. */
const LARGE_BODY = 80 * 1024;
/** Makes a token of almost 12 KiB, which is the limit. */
const PADDING = 8400;
/** An address that is nobody's (RFC 5737). */
const SPOOFED = '203.0.113.9';
const LOG_TIMEOUT_MS = 2000;

/**
 * What nginx must pass on, and what it must not.
 *
 * @param {import('./cluster.mjs').Cluster} cluster
 * @returns {Promise<[what: string, is: boolean][]>}
 */
export async function checkProxy({ origin, tokens, instances }) {
  const agent = new Agent();
  const url = `${origin}/api/messages`;
  const body = { text: 'a'.repeat(LARGE_BODY) };
  const tooLarge = await send(url, { agent, method: 'POST', token: tokens.next(), body });
  const longToken = tokens.mint(0, { padding: 'a'.repeat(PADDING) });
  const accepted = await send(url, { agent, token: longToken });
  const requestId = randomUUID();
  const headers = { 'x-request-id': requestId, 'x-forwarded-for': SPOOFED };
  await send(url, { agent, headers });
  const logged = await logLine(instances, (line) => line.requestId === requestId && line.client);
  return [
    ['passes on the 413 of the API', tooLarge.cause === '413 Request body is too large'],
    [`passes on a token of ${longToken.length} bytes`, accepted.status === 200],
    ['replaces the forwarding headers of a client', logged?.client === '127.0.0.1'],
  ];
}

/** A line is written after the answer. */
async function logLine(instances, isIt) {
  const deadline = Date.now() + LOG_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const lines = instances.flatMap(({ program }) => program.output().trim().split('\n'));
    const found = lines.map((line) => JSON.parse(line)).find(isIt);
    if (found) return found;
    await delay(50);
  }
  return undefined;
}
