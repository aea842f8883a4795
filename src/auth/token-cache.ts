import type { Clock } from './clock.js';
import type { CompactJws } from './compact-jws.js';
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

/** The entries of one client, oldest first, and their size. */
interface Client {
  readonly name: string;
  readonly tails: Set<string>;
  bytes: number;
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
    if (entry?.verified.jws.token !== token) return undefined;
    if (entry.until > this.clock.now()) return entry.verified;
    this.delete(token);
    return undefined;
  }

  add(verified: VerifiedToken): void {
    const { token } = verified.jws;
    const { maxEntries, maxBytes, maxAgeSec } = this.limits;
    const bytes = token.length * BYTES_PER_CHARACTER + BYTES_PER_ENTRY;
    this.drop(tailOf(token));
    const name = clientOf(verified);
    const client = this.clients.get(name) ?? { name, tails: new Set<string>(), bytes: 0 };
    while (
      client.tails.size > 0 &&
      (client.tails.size + 1 > Math.max(1, maxEntries * CLIENT_SHARE) ||
        client.bytes + bytes > maxBytes * CLIENT_SHARE)
    ) {
      this.drop(first(client.tails));
    }
    while (this.size > 0 && (this.size + 1 > maxEntries || this.bytes + bytes > maxBytes)) {
      this.drop(first(this.entries.keys()));
    }
    if (bytes > maxBytes) return;
    const until = this.clock.now() + maxAgeSec * 1000;
    this.entries.set(tailOf(token), { verified, client, bytes, until });
    this.clients.set(name, client);
    client.tails.add(tailOf(token));
    client.bytes += bytes;
    this.bytes += bytes;
  }

  delete(token: string): void {
    if (this.entries.get(tailOf(token))?.verified.jws.token === token) this.drop(tailOf(token));
  }

  private drop(tail: string): void {
    const entry = this.entries.get(tail);
    if (!entry) return;
    const { client, bytes } = entry;
    this.entries.delete(tail);
    this.bytes -= bytes;
    client.tails.delete(tail);
    client.bytes -= bytes;
    if (client.tails.size === 0) this.clients.delete(client.name);
  }
}

/** Whose token it is: the client it was issued to, or its subject where it names none. The issuer has signed either. */
function clientOf({ jws: { payload }, issuer }: VerifiedToken): string {
  const name = ['azp', 'client_id', 'sub']
    .map((claim) => claimOf(payload, claim))
    .find((value) => typeof value === 'string');
  return JSON.stringify([issuer.issuer, name]);
}

/**
 * What an entry is filed under: the end of a token's signature, for a text of that length is hashed in no time. Whoever
 * makes another token with the same end finds that it is not the same token.
 */
const tailOf = (token: string) => token.slice(-TAIL_LENGTH);

function first(tails: Iterable<string>): string {
  const [tail] = tails;
  return tail!;
}
