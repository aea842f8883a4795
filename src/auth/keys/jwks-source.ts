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
  const uri = `${withoutSlash(issuer)}/.well-known/openid-configuration`;
  const document = (await fetchJson(uri, signal)) as Record<string, unknown> | null;
  const { issuer: spelling, jwks_uri: jwksUri } = document ?? {};
  // One difference is forgiven, for people copy issuers with and without it: the final slash.
  if (typeof spelling !== 'string' || withoutSlash(spelling) !== withoutSlash(issuer)) {
    throw new Error(`${uri} is of another issuer: ${JSON.stringify(spelling)?.slice(0, 200)}`);
  }
  if (typeof jwksUri !== 'string' || !isSecureUrl(jwksUri)) {
    throw new Error(`${uri} has no jwks_uri with https`);
  }
  return { issuer: spelling, jwksUri };
}

function membersOf(uri: string, set: unknown): unknown[] {
  const { keys } = (set ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error(`${uri} answered with no JWK Set`);
  return keys;
}

async function fetchJson(uri: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(uri, {
    signal,
    redirect: 'manual',
    headers: { accept: 'application/json' },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${uri} answered with status ${response.status}`);
  }
  const text = await readText(uri, response);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${uri} answered with no JSON`);
  }
}

async function readText(uri: string, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body, and with it the connection.
    if (bytes > MAX_BYTES) throw new Error(`${uri} answered with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** An issuer identifier without its final slash, to compare two of them as people write them. */
export function withoutSlash(issuer: string): string {
  return issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
}
