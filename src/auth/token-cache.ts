import type { Clock } from './clock.js';
import type { CompactJws } from './compact-jws.js';
import type { SigningKey } from './keys/signing-key.js';
import type { TrustedIssuer } from './keys/trusted-issuers.js';
import type { RequestAuth } from './request-auth.js';
import { claimOf } from './access-token.js';

/** Part of the cache that the tokens of one client may take. */
const CLIENT_SHARE = 0.1;

/** What an entry takes in memory, its text and the objects it was read into: an estimate, for claims as issuers make them. */
const BYTES_PER_CHARACTER = 4;
const BYTES_PER_ENTRY = 1024;

export interface TokenCacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly maxAgeSec: number;
}

/** A token whose signature has been verified, and what it was verified with. */
export interface VerifiedToken {
  readonly jws: CompactJws;
  readonly issuer: TrustedIssuer;
  readonly key: SigningKey;
  readonly auth: RequestAuth;
}

interface Entry {
  readonly verified: VerifiedToken;
  readonly client: Client;
  readonly bytes: number;
  readonly until: number;
}

/** The tokens of one client, oldest first, and their size. */
interface Client {
  readonly name: string;
  readonly tokens: Set<string>;
  bytes: number;
}

/**
 * Remembers which signatures have been verified, and nothing else: whoever finds a token here still has to ask whether
 * its key is trusted and its claims are valid now.
 *
 * An entry is found by the whole token, signature included, so that no other text finds it. The oldest goes first when the
 * cache is full; a client that fills its tenth loses its own oldest, so that it cannot push out those of others.
 */
export class TokenCache {
  private readonly entries = new Map<string, Entry>();
  private readonly clients = new Map<string, Client>();
  private bytes = 0;

  constructor(
    private readonly limits: TokenCacheLimits,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(token: string): VerifiedToken | undefined {
    const entry = this.entries.get(token);
    if (!entry) return undefined;
    if (entry.until > this.clock.now()) return entry.verified;
    this.delete(token);
    return undefined;
  }

  add(verified: VerifiedToken): void {
    const { token } = verified.jws;
    const { maxEntries, maxBytes, maxAgeSec } = this.limits;
    const bytes = token.length * BYTES_PER_CHARACTER + BYTES_PER_ENTRY;
    this.delete(token);
    const name = clientOf(verified);
    const client = this.clients.get(name) ?? { name, tokens: new Set(), bytes: 0 };
    while (
      client.tokens.size > 0 &&
      (client.tokens.size + 1 > Math.max(1, maxEntries * CLIENT_SHARE) ||
        client.bytes + bytes > maxBytes * CLIENT_SHARE)
    ) {
      this.delete(first(client.tokens));
    }
    while (this.size > 0 && (this.size + 1 > maxEntries || this.bytes + bytes > maxBytes)) {
      this.delete(first(this.entries.keys()));
    }
    if (bytes > maxBytes) return;
    const until = this.clock.now() + maxAgeSec * 1000;
    this.entries.set(token, { verified, client, bytes, until });
    this.clients.set(name, client);
    client.tokens.add(token);
    client.bytes += bytes;
    this.bytes += bytes;
  }

  delete(token: string): void {
    const entry = this.entries.get(token);
    if (!entry) return;
    const { client, bytes } = entry;
    this.entries.delete(token);
    this.bytes -= bytes;
    client.tokens.delete(token);
    client.bytes -= bytes;
    if (client.tokens.size === 0) this.clients.delete(client.name);
  }
}

/** Whose token it is: the client it was issued to, or its subject where it names none. The issuer has signed either. */
function clientOf({ jws: { payload }, issuer }: VerifiedToken): string {
  const name = ['azp', 'client_id', 'sub']
    .map((claim) => claimOf(payload, claim))
    .find((value) => typeof value === 'string');
  return JSON.stringify([issuer.issuer, name]);
}

function first(tokens: Iterable<string>): string {
  const [token] = tokens;
  return token!;
}
