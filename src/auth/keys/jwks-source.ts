import { inspect } from 'node:util';
import { JwksClient } from 'jwks-rsa';
import type { ResolvedIssuer } from '../auth.options.js';
import type { Clock } from '../clock.js';
import { isSecureUrl, withoutSlash } from './issuer-url.js';

/** Largest answer that is read, in bytes after decompression. */
const MAX_BYTES = 512 * 1024;

/**
 * Fetches the key set of one issuer through jwks-rsa, and first the discovery document unless
 * `jwksUri` is configured. Follows no redirects, reads at most 512 KiB, and gives up after
 * `timeoutMs`.
 */
export class JwksSource {
  private readonly client: JwksClient;
  private issuer: string;
  private abortController = new AbortController();

  constructor(
    { issuer, jwksUri }: Pick<ResolvedIssuer, 'issuer' | 'jwksUri'>,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
  ) {
    this.issuer = issuer;
    this.client = new JwksClient({
      jwksUri: jwksUri ?? discoveryUrl(issuer),
      // Off: `RefreshedKeySet` decides when to fetch. So keys stay in use during an outage, and
      // tokens with an unknown `kid` cannot delay others.
      cache: false,
      rateLimit: false,
      // Instead of its own HTTP, which has no limits.
      fetcher: async () => ({
        keys: await this.fetchKeys(jwksUri ?? (await this.discover())),
      }),
    });
  }

  /**
   * One fetch at a time.
   *
   * @returns the issuer as its discovery document spells it, and the members of its JWK Set.
   * @throws Error that says for the log what was wrong with the answer.
   */
  async fetch(): Promise<{ issuer: string; jwks: unknown[] }> {
    this.abortController = new AbortController();
    const cancelTimeout = this.clock.after(this.timeoutMs, () => {
      this.abort(`no complete answer within ${this.timeoutMs} ms`);
    });
    try {
      const jwks = (await this.client.getKeys()) as unknown[];
      return { issuer: this.issuer, jwks };
    } finally {
      cancelTimeout();
    }
  }

  /** Ends a fetch under way. */
  abort(reason: string): void {
    this.abortController.abort(new Error(reason));
  }

  private async discover(): Promise<string> {
    const { issuer, jwksUri } = await discover(this.issuer, this.abortController.signal);
    this.issuer = issuer;
    return jwksUri;
  }

  private async fetchKeys(uri: string): Promise<unknown[]> {
    const set = await fetchJson(uri, this.abortController.signal);
    const { keys } = (set ?? {}) as { keys?: unknown };
    if (!Array.isArray(keys)) throw new Error(`${this.issuer} did not answer with a JWK Set`);
    return keys;
  }
}

/** Where the discovery document of an issuer is (OpenID Connect Discovery 1.0 §4). */
export const discoveryUrl = (issuer: string): string =>
  `${withoutSlash(issuer)}/.well-known/openid-configuration`;

/** The discovery document names an issuer that is not the configured one. */
export class OtherIssuerError extends Error {
  constructor(
    url: string,
    readonly issuer: unknown,
  ) {
    super(`${url} names another issuer: ${inspect(issuer, { maxStringLength: 200 })}`);
  }
}

/**
 * Reads the discovery document of an issuer.
 *
 * @returns the issuer as the document spells it, and its `jwks_uri`.
 * @throws Error that says for the log what was wrong with the answer.
 */
export async function discover(
  issuer: string,
  signal: AbortSignal,
): Promise<{ issuer: string; jwksUri: string }> {
  const url = discoveryUrl(issuer);
  const document = ((await fetchJson(url, signal)) ?? {}) as Record<string, unknown>;
  const { issuer: named, jwks_uri: jwksUri } = document;
  // People copy issuers with and without the final slash; any other difference is another issuer.
  if (typeof named !== 'string' || withoutSlash(named) !== withoutSlash(issuer)) {
    throw new OtherIssuerError(url, named);
  }
  if (typeof jwksUri !== 'string' || !isSecureUrl(jwksUri)) {
    throw new Error(`${url} has no https jwks_uri`);
  }
  return { issuer: named, jwksUri };
}

async function fetchJson(uri: string, signal: AbortSignal): Promise<unknown> {
  // Without the query, which may hold a secret.
  const [name] = uri.split('?', 1);
  // The next fetch may be minutes away: an idle connection may be closed by then.
  const headers = { accept: 'application/json', connection: 'close' };
  const response = await fetch(uri, { signal, headers, redirect: 'manual' });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${name} answered with status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > MAX_BYTES) throw new Error(`${name} answered with over ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Error(`${name} did not answer with JSON`);
  }
}

/** The innermost cause, which names the network error. Some of Node's errors have a code only. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || error.code || error.name;
}
