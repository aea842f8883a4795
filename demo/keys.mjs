import { generateKeyPair, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Refusal } from './refusal.mjs';

/**
 * @typedef {object} Keys
 * @property {Record<string, unknown>} signing private RS256 key, as JWK
 * @property {string[]} cookies secrets that sign the tenant's cookies
 */

/**
 * The tenant's keys, kept from one start to the next: else every restart would make the tokens that are out there, and
 * the key set that the API holds, worthless.
 *
 * @param {string} [dataDir] without it the keys are new, and kept nowhere
 * @returns {Promise<Keys>}
 */
export async function loadKeys(dataDir) {
  if (dataDir === undefined) return makeKeys();
  const file = join(dataDir, 'keys.json');
  return (await readKeys(file)) ?? saveKeys(dataDir, file);
}

/** @param {string} file */
async function readKeys(file) {
  try {
    return parse(file, await readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * @param {string} dataDir
 * @param {string} file
 */
async function saveKeys(dataDir, file) {
  const keys = await makeKeys();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // Whoever ends the demo in between leaves no half of a file behind under this name.
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  await writeFile(draft, JSON.stringify(keys), { flag: 'wx', mode: 0o600 });
  await rename(draft, file);
  return keys;
}

/**
 * @param {string} file
 * @param {string} text
 */
function parse(file, text) {
  try {
    const keys = JSON.parse(text);
    if (keys.signing.kty === 'RSA' && keys.cookies.length > 0) return keys;
  } catch {
    // Said below, for everything that is no key file.
  }
  throw new Refusal(`${file} holds no keys of the demo. Remove it: the demo makes new ones.`);
}

async function makeKeys() {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(15).toString('base64url');
  return {
    signing: { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' },
    cookies: [randomBytes(32).toString('base64url')],
  };
}
