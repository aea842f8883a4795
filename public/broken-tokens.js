/** Tokens that the API must refuse. Nobody but an issuer can sign the first two. */
export const BROKEN_TOKENS = [
  { kind: 'expired', label: 'Expired', name: 'an expired token', needsIssuer: true },
  {
    kind: 'other_audience',
    label: 'Other audience',
    name: 'a token for another audience',
    needsIssuer: true,
  },
  { kind: 'tampered', label: 'Tampered', name: 'a tampered token', needsIssuer: false },
  { kind: 'id_token', label: 'ID token', name: 'an ID token', needsIssuer: false },
];

/**
 * @param {string} kind
 * @param {import('./session.js').Session} session
 * @returns {Promise<string | undefined>} undefined when there is no such token now
 */
export async function brokenToken(kind, session) {
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

/** @param {string} text */
export function fromBase64url(text) {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
function toBase64url(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
