import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { inspect } from 'node:util';
import { createGunzip } from 'node:zlib';
import { JwksClient } from 'jwks-rsa';
import { isSecureUrl, type ResolvedIssuer } from '../auth.options.js';

/** Largest answer that is read, in bytes after decompression. */
const MAX_BYTES = 512 * 1024;

/** What the issuer publishes. */
export interface PublishedKeys {
  /** The issuer's own spelling of its identifier. */
  issuer: string;
  /** The members of the JWK Set (RFC 7517 §5), as they came. */
  jwks: readonly unknown[];
}

/**
 * Asks the issuer for its keys: the discovery document first unless `jwksUri` is configured (OpenID
 * Connect Discovery 1.0 §4), then the key set, through jwks-rsa. No redirect is followed, no answer is
 * read beyond 512 KiB, and everything ends with the signal.
 *
 * @throws Error that says for the log what was wrong with the answer.
 */
export async function fetchPublishedKeys(
  { issuer, jwksUri }: Pick<ResolvedIssuer, 'issuer' | 'jwksUri'>,
  signal: AbortSignal,
): Promise<PublishedKeys> {
  const published = jwksUri ? { issuer, jwksUri } : await discover(issuer, signal);
  const client = new JwksClient({
    jwksUri: published.jwksUri,
    cache: false,
    rateLimit: false,
    fetcher: async (uri) => ({ keys: membersOf(uri, await fetchJson(uri, signal)) }),
  });
  return { issuer: published.issuer, jwks: (await client.getKeys()) as unknown[] };
}

async function discover(issuer: string, signal: AbortSignal) {
  const uri = discoveryUri(issuer);
  const { issuer: spelling, jwks_uri: jwksUri } = await fetchDiscoveryDocument(issuer, signal);
  // One difference is forgiven, for people copy issuers with and without it: the final slash.
  if (typeof spelling !== 'string' || withoutSlash(spelling) !== withoutSlash(issuer)) {
    throw new Error(`${uri} is of another issuer: ${inspect(spelling, { maxStringLength: 200 })}`);
  }
  if (typeof jwksUri !== 'string' || !isSecureUrl(jwksUri)) {
    throw new Error(`${uri} has no jwks_uri with https`);
  }
  return { issuer: spelling, jwksUri };
}

/** Where an issuer describes itself (OpenID Connect Discovery 1.0 §4). */
export function discoveryUri(issuer: string): string {
  return `${withoutSlash(issuer)}/.well-known/openid-configuration`;
}

/**
 * The members of an issuer's discovery document, as they came and not checked. No redirect is followed, no answer is
 * read beyond 512 KiB.
 *
 * @throws Error that says for the log what was wrong with the answer.
 */
export async function fetchDiscoveryDocument(
  issuer: string,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const document = await fetchJson(discoveryUri(issuer), signal);
  return (document ?? {}) as Record<string, unknown>;
}

function membersOf(uri: string, set: unknown): unknown[] {
  const { keys } = (set ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error(`${nameOf(uri)} answered with no JWK Set`);
  return keys;
}

async function fetchJson(uri: string, signal: AbortSignal): Promise<unknown> {
  let text: string;
  try {
    text = await readText(uri, await ask(uri, signal));
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${nameOf(uri)} answered with no JSON`);
  }
}

/** Not `fetch`: it reads ahead, tens of megabytes of an answer that is cut off at half of one. */
function ask(uri: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { get } = new URL(uri).protocol === 'https:' ? https : http;
  const headers = { accept: 'application/json', 'accept-encoding': 'gzip' };
  return new Promise((resolve, reject) => {
    get(uri, { signal, headers }, resolve).on('error', reject);
  });
}

async function readText(uri: string, response: IncomingMessage): Promise<string> {
  const { statusCode, headers } = response;
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (statusCode !== 200 || !['identity', 'gzip'].includes(encoding)) {
    response.destroy();
    const problem = statusCode === 200 ? `the encoding ${encoding}` : `status ${statusCode}`;
    throw new Error(`${nameOf(uri)} answered with ${problem}`);
  }
  const body = encoding === 'gzip' ? pipeline(response, createGunzip(), () => {}) : response;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop ends the connection.
    if (bytes > MAX_BYTES) {
      throw new Error(`${nameOf(uri)} answered with more than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A URL for the log: a query may hold a key. */
function nameOf(uri: string): string {
  const { origin, pathname } = new URL(uri);
  return origin + pathname;
}

/** An issuer identifier without its final slash, to compare two of them as people write them. */
export function withoutSlash(issuer: string): string {
  return issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
}
