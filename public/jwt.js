/** Reads tokens for display. Only the API verifies them. */

/**
 * @param {string} token
 * @returns {Record<string, any> | undefined} its claims; undefined if it is not a JWT
 */
export function claimsOf(token) {
  try {
    const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token);
    return parsed(payload);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} token a JWT
 * @returns {{ header: object, payload: object }}
 */
export function partsOf(token) {
  const [header, payload] = token.split('.');
  return { header: parsed(header), payload: parsed(payload) };
}

/** @param {string} text */
export function fromBase64url(text) {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
export function toBase64url(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function parsed(part) {
  const value = JSON.parse(new TextDecoder().decode(fromBase64url(part)));
  return typeof value === 'object' && value !== null ? value : undefined;
}
