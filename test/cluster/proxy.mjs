import { Agent } from 'node:http';
import { send } from './request.mjs';

const KIB = 1024;
/** An address that is nobody's (RFC 5737). */
const SPOOFED = '203.0.113.9';

/**
 * What nginx must pass on, and what it must not.
 *
 * @param {import('./cluster.mjs').Cluster} cluster
 * @returns {Promise<[what: string, is: boolean][]>}
 */
export async function checkProxy({ origin, tokens, instances }) {
  const agent = new Agent();
  const url = `${origin}/api/messages`;
  const token = tokens.next();
  const body = { text: 'a'.repeat(80 * KIB) };
  const tooLarge = await send(url, { agent, method: 'POST', token, body });
  const long = tokens.mint(0, { padding: 'a'.repeat(7 * KIB) });
  const accepted = await send(url, { agent, token: long });
  await send(`${url}?spoofed`, {
    agent,
    headers: { 'x-forwarded-for': SPOOFED, forwarded: `for=${SPOOFED}` },
  });
  const logs = instances.map(({ program }) => program.output()).join('');
  return [
    [
      'a body that is too large gets the 413 of the API',
      tooLarge.cause === '413 Request body is too large',
    ],
    [`a token of ${Math.round(long.length / KIB)} KiB is passed on`, accepted.status === 200],
    [
      'forwarding headers of a client are replaced',
      !logs.includes(SPOOFED) && logs.includes('127.0.0.1'),
    ],
  ];
}
