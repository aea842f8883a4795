import type { Clock } from './clock.js';
import type { SigningKey } from './keys/signing-key.js';
import type { TrustedIssuer } from './keys/trusted-issuers.js';
import type { RequestAuth } from './request-auth.js';
import { claimOf } from './access-token.js';

/** Part of the cache that the tokens of one client may take. */
const CLIENT_SHARE = 0.1;

/** Characters of a signature: 256 bits, as good as a hash of the token. */
const TAIL_LENGTH = 43;

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
  readonly auth: RequestAuth;
  readonly issuer: TrustedIssuer;
  readonly key: SigningKey;
}

/** Linked with the other entries of its client, so that the oldest of them is found and taken out at once. */
interface Entry extends VerifiedToken {
  readonly tail: string;
  readonly client: Client;
  readonly bytes: number;
  readonly until: number;
  older?: Entry;
  newer?: Entry;
}

interface Client {
  readonly name: string;
  size: number;
  bytes: number;
  oldest?: Entry;
  newest?: Entry;
}

/**
 * Remembers which signatures have been verified, and nothing else: whoever finds a token here still has to ask whether
 * its key is trusted and its claims are valid now.
 *
 * An entry is compared with the whole token, signature included, so that no other text finds it. The oldest goes first when
 * the cache is full; a client that fills its tenth loses its own oldest, so that it cannot push out those of others.
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
    const entry = this.entries.get(tailOf(token));
    if (entry?.auth.token !== token) return undefined;
    if (entry.until > this.clock.now()) return entry;
    this.drop(entry);
    return undefined;
  }

  add(verified: VerifiedToken): void {
    const { token } = verified.auth;
    const { maxEntries, maxBytes, maxAgeSec } = this.limits;
    const bytes = token.length * BYTES_PER_CHARACTER + BYTES_PER_ENTRY;
    const tail = tailOf(token);
    this.drop(this.entries.get(tail));
    const client = this.clientOf(verified);
    while (
      client.size > 0 &&
      (client.size + 1 > Math.max(1, maxEntries * CLIENT_SHARE) ||
        client.bytes + bytes > maxBytes * CLIENT_SHARE)
    ) {
      this.drop(client.oldest);
    }
    while (this.size > 0 && (this.size + 1 > maxEntries || this.bytes + bytes > maxBytes)) {
      this.drop(first(this.entries.values()));
    }
    if (bytes > maxBytes) return;
    const { auth, issuer, key } = verified;
    const until = this.clock.now() + maxAgeSec * 1000;
    this.link({ auth, issuer, key, tail, client, bytes, until, older: client.newest });
  }

  delete(token: string): void {
    const entry = this.entries.get(tailOf(token));
    if (entry?.auth.token === token) this.drop(entry);
  }

  private link(entry: Entry): void {
    const { client, bytes, older } = entry;
    this.entries.set(entry.tail, entry);
    this.clients.set(client.name, client);
    this.bytes += bytes;
    client.bytes += bytes;
    client.size += 1;
    client.newest = entry;
    if (older) older.newer = entry;
    else client.oldest = entry;
  }

  private drop(entry: Entry | undefined): void {
    if (!entry) return;
    const { client, bytes, older, newer } = entry;
    this.entries.delete(entry.tail);
    this.bytes -= bytes;
    client.bytes -= bytes;
    client.size -= 1;
    if (older) older.newer = newer;
    else client.oldest = newer;
    if (newer) newer.older = older;
    else client.newest = older;
    if (client.size === 0) this.clients.delete(client.name);
  }

  /** Whose token it is: the client it was issued to, or its subject where it names none. The issuer has signed either. */
  private clientOf({ auth: { payload }, issuer }: VerifiedToken): Client {
    const claimed = CLIENT_CLAIMS.find((claim) => typeof claimOf(payload, claim) === 'string');
    // No issuer has a space in its identifier, so that no two pairs have one name.
    const name = claimed ? `${issuer.issuer} ${String(payload[claimed])}` : issuer.issuer;
    return this.clients.get(name) ?? { name, size: 0, bytes: 0 };
  }
}

/** Claims that name the client, the best first. */
const CLIENT_CLAIMS = ['azp', 'client_id', 'sub'];

/**
 * What an entry is filed under: the end of a token's signature, for a text of that length is hashed in no time. Whoever
 * makes another token with the same end finds that it is not the same token.
 */
const tailOf = (token: string) => token.slice(-TAIL_LENGTH);

function first<T>(values: Iterable<T>): T | undefined {
  const [value] = values;
  return value;
}
