import { parse as parseForm } from 'node:querystring';

const LIMIT_BYTES = 56 * 1024;

/** The body is too long, or does not match its media type. */
export class BadBody extends Error {}

/**
 * Reads the fields of a form, or of the JSON object that Auth0 accepts instead.
 *
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<Record<string, unknown>>}
 */
export async function readFields(request) {
  const text = await readText(request);
  if (!isJson(request)) return { ...parseForm(text) };
  const fields = parseJson(text);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new BadBody('the body must be a JSON object');
  }
  return fields;
}

/** @param {import('node:http').IncomingMessage} request */
export function isJson(request) {
  return /^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '');
}

async function readText(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LIMIT_BYTES) throw new BadBody('the body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadBody('the body is not valid JSON');
  }
}
