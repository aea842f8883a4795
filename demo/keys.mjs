import { generateKeyPair, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from './start-error.mjs';

/**
 * @typedef {object} Keys
 * @property {Record<string, unknown>} signing private RS256 key, as a JWK
 * @property {string[]} cookies secrets that sign the tenant's cookies
 */

/**
 * Loads the tenant's keys, or creates them on the first start. A restart keeps them, so that tokens
 * issued before and the key set cached by the API stay valid.
 *
 * @param {string} [dataDir] without it, the keys are new and are not saved
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
  // Written to a temporary file first: an interrupted write must not leave a partial key file.
  const temporary = `${file}.${randomBytes(8).toString('hex')}`;
  await writeFile(temporary, JSON.stringify(keys), { flag: 'wx', mode: 0o600 });
  await rename(temporary, file);
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
    // Reported below, like every other wrong content.
  }
  throw new StartError(`${file} is not a key file of the demo. Delete it to create new keys.`);
}

async function makeKeys() {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(15).toString('base64url');
  return {
    signing: { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' },
    cookies: [randomBytes(32).toString('base64url')],
  };
}
