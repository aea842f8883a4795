import type { Clock } from '../clock.js';
import { type Link, LinkedQueue } from '../linked-queue.js';
import type { SigningKey } from '../keys/key-set.js';
import type { TrustedIssuer } from '../keys/trusted-issuers.js';
import type { RequestAuth } from '../request-auth.js';
import { claimOf } from './claims.js';

/** Part of the cache that the tokens of one client may take. */
const CLIENT_SHARE = 0.1;

/** Characters of a signature: 256 bits, as good as a hash of the token. */
const TAIL_LENGTH = 43;

/** What an entry takes in memory, its text and the objects it was read into: an estimate, for claims as issuers make them;
 * claims made of many small objects take about twice as much. */
const BYTES_PER_CHARACTER = 4;
const BYTES_PER_ENTRY = 1024;

export interface TokenCacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly maxAgeSec: number;
}

/** A token that was accepted, and what it was verified with. */
export interface VerifiedToken {
  readonly auth: RequestAuth;
  readonly issuer: TrustedIssuer;
  readonly key: SigningKey;
}

interface Entry extends VerifiedToken {
  readonly tail: string;
  readonly client: Client;
  readonly bytes: number;
  readonly until: number;
  inCache?: Link<Entry>;
  inClient?: Link<Entry>;
}

interface Client {
  readonly name: string;
  readonly entries: LinkedQueue<Entry>;
  bytes: number;
}

/**
 * Remembers which tokens were accepted, until the key, the time or the operator says otherwise: whoever finds one here still
 * has to ask whether its key is trusted, its issuer spelled the same, and its time not over.
 *
 * An entry is compared with the whole token, signature included, so that no other text finds it. The oldest goes first when
 * the cache is full; a client that fills its tenth loses its own oldest, so that it cannot push out those of others.
 */
export class TokenCache {
  private readonly byTail = new Map<string, Entry>();
  /** Beside the map: to find its oldest entry, V8 walks over those that have left. */
  private readonly entries = new LinkedQueue<Entry>();
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
    const entry = this.byTail.get(tailOf(token));
    if (entry?.auth.token !== token) return undefined;
    if (entry.until > this.clock.now()) return entry;
    this.drop(entry);
    return undefined;
  }

  add({ auth, issuer, key }: VerifiedToken): void {
    const { token } = auth;
    const { maxEntries, maxBytes, maxAgeSec } = this.limits;
    const bytes = token.length * BYTES_PER_CHARACTER + BYTES_PER_ENTRY;
    if (bytes > maxBytes) return;
    const tail = tailOf(token);
    this.drop(this.byTail.get(tail));
    const client = this.clientOf(auth, issuer);
    while (
      client.entries.size > 0 &&
      (client.entries.size + 1 > Math.max(1, maxEntries * CLIENT_SHARE) ||
        client.bytes + bytes > maxBytes * CLIENT_SHARE)
    ) {
      this.drop(client.entries.oldest);
    }
    while (this.size > 0 && (this.size + 1 > maxEntries || this.bytes + bytes > maxBytes)) {
      this.drop(this.entries.oldest);
    }
    const until = this.clock.now() + maxAgeSec * 1000;
    this.keep({ auth, issuer, key, tail, client, bytes, until });
  }

  delete(token: string): void {
    const entry = this.byTail.get(tailOf(token));
    if (entry?.auth.token === token) this.drop(entry);
  }

  private keep(entry: Entry): void {
    const { client, bytes } = entry;
    this.byTail.set(entry.tail, entry);
    this.clients.set(client.name, client);
    entry.inCache = this.entries.push(entry);
    entry.inClient = client.entries.push(entry);
    this.bytes += bytes;
    client.bytes += bytes;
  }

  private drop(entry: Entry | undefined): void {
    if (!entry) return;
    const { client, bytes } = entry;
    this.byTail.delete(entry.tail);
    this.entries.remove(entry.inCache!);
    client.entries.remove(entry.inClient!);
    this.bytes -= bytes;
    client.bytes -= bytes;
    if (client.entries.size === 0) this.clients.delete(client.name);
  }

  /** Whose token it is: the client it was issued to, or its subject where it names none. The issuer has signed either. */
  private clientOf({ payload }: RequestAuth, { issuer }: TrustedIssuer): Client {
    const claimed = CLIENT_CLAIMS.find((claim) => typeof claimOf(payload, claim) === 'string');
    // No issuer has a space in its identifier, so that no two pairs have one name.
    const name = claimed ? `${issuer} ${String(payload[claimed])}` : issuer;
    return this.clients.get(name) ?? { name, entries: new LinkedQueue(), bytes: 0 };
  }
}

/** Claims that name the client, the best first. */
const CLIENT_CLAIMS = ['azp', 'client_id', 'sub'];

/**
 * What an entry is filed under: the end of a token's signature, for a text of that length is hashed in no time. Whoever
 * makes another token with the same end finds that it is not the same token.
 */
const tailOf = (token: string) => token.slice(-TAIL_LENGTH);
