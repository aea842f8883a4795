import { fromBase64url, toBase64url } from './jwt.js';
import { createClient } from './login-client.js';
import { Prover } from './prover.js';

/** Tokens that the API must refuse. Nobody but an issuer can sign the first two. */
export const BROKEN_TOKENS = [
  { kind: 'expired', label: 'Expired', name: 'an expired token' },
  { kind: 'other_audience', label: 'Other audience', name: 'a token for another audience' },
  { kind: 'tampered', label: 'Tampered', name: 'a tampered token' },
  { kind: 'id_token', label: 'ID token', name: 'an ID token' },
];

/** What somebody can try with a stolen copy of a bound token. They do not have its key. */
export const BOUND_FAULTS = [
  { kind: 'replayed', label: 'Used proof', name: 'a proof that was used before' },
  { kind: 'other_key', label: 'Other key', name: 'a proof of another key' },
  { kind: 'as_bearer', label: 'As Bearer', name: 'a bound token without a proof' },
];

/**
 * @param {string} kind
 * @param {import('./session.js').Session} session
 * @returns {Promise<Omit<import('./call.js').Credentials, 'name'> | undefined>} undefined when
 *   there is no such token now
 */
export async function brokenToken(kind, session) {
  if (kind === 'as_bearer') return { token: session.current.raw, scheme: 'Bearer' };
  if (kind === 'other_key') {
    return { token: session.current.raw, scheme: 'DPoP', prover: await proverOfStranger(session) };
  }
  const token = await tokenOf(kind, session);
  return token === undefined ? undefined : { token };
}

/** The SDK has one key for each client id. */
async function proverOfStranger({ config }) {
  return new Prover(await createClient({ ...config, clientId: 'somebody-else' }, true));
}

async function tokenOf(kind, session) {
  if (kind === 'tampered' && session.current?.claims !== undefined) {
    return tamperedToken(session.current.raw);
  }
  if (kind === 'id_token') {
    const own = await session.idToken();
    if (own !== undefined) return own;
  }
  if (session.demo === undefined) return undefined;
  const address = new URL(session.demo.broken_tokens);
  address.searchParams.set('person', session.user?.nickname ?? '');
  const answer = await fetch(address).catch(() => undefined);
  return answer?.ok ? (await answer.json())[kind] : undefined;
}

/**
 * Puts another subject into a token, under the old signature.
 *
 * @param {string} raw
 */
export function tamperedToken(raw) {
  const [header, payload, signature] = raw.split('.');
  const claims = JSON.parse(new TextDecoder().decode(fromBase64url(payload)));
  const changed = JSON.stringify({ ...claims, sub: 'somebody-else' });
  return [header, toBase64url(new TextEncoder().encode(changed)), signature].join('.');
}
