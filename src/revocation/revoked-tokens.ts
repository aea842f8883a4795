import type { AccessTokenClaims } from '../auth/index.js';

/** What a revocation names, and when it was received. */
export interface Revocation {
  readonly iss: string;
  readonly sub?: string | null;
  readonly sid?: string | null;
  readonly jti?: string | null;
  readonly at: Date;
}

/** By the value of a claim, the second from which on tokens are accepted again. */
type Seconds = Map<string, number>;

/** The revocations of one issuer. */
interface Revoked {
  readonly jti: Seconds;
  readonly sid: Seconds;
  readonly sub: Seconds;
  /** Subjects of which only the tokens without a `sid` are revoked. */
  readonly subWithoutSid: Seconds;
}

/**
 * The revocations in memory, and which tokens they refuse:
 *
 * - `jti`: that token.
 * - `sid`: the tokens of that session; where the revocation has a `sub` too, also the tokens of
 *   that subject that have no `sid`.
 * - `sub` alone: all tokens of that subject.
 *
 * The last two refuse only tokens issued until then. `iat` has whole seconds, so a token of the
 * second in which the revocation was received may be older, and is refused. So is a token without
 * an `iat`.
 */
export class RevokedTokens {
  private readonly issuers = new Map<string, Revoked>();

  /** Number of subjects, sessions and tokens. */
  get size(): number {
    return this.all().reduce((sum, { size }) => sum + size, 0);
  }

  /** A revocation that is known already changes nothing. */
  add({ iss, sub, sid, jti, at }: Revocation): void {
    const revoked = this.of(iss);
    const from = Math.floor(at.getTime() / 1000) + 1;
    if (jti != null) extend(revoked.jti, jti, from);
    if (sid != null) extend(revoked.sid, sid, from);
    if (sub != null) extend(sid == null ? revoked.sub : revoked.subWithoutSid, sub, from);
  }

  /** Whether an access token with these claims is revoked. */
  has({ iss, sub, sid, jti, iat }: AccessTokenClaims): boolean {
    const revoked = this.issuers.get(iss);
    if (!revoked) return false;
    const issuedAt = typeof iat === 'number' ? iat : -Infinity;
    const isBefore = (seconds: Seconds, value: unknown) =>
      issuedAt < (seconds.get(value as string) ?? -Infinity);
    return (
      revoked.jti.has(jti as string) ||
      (typeof sid === 'string'
        ? isBefore(revoked.sid, sid)
        : isBefore(revoked.subWithoutSid, sub)) ||
      isBefore(revoked.sub, sub)
    );
  }

  /** Drops what was received before a time, in milliseconds since 1970. */
  forgetBefore(time: number): void {
    for (const seconds of this.all()) {
      for (const [value, from] of seconds) {
        if (from * 1000 > time) break; // they are in the order of their time
        seconds.delete(value);
      }
    }
  }

  private of(iss: string): Revoked {
    let revoked = this.issuers.get(iss);
    if (!revoked) {
      revoked = { jti: new Map(), sid: new Map(), sub: new Map(), subWithoutSid: new Map() };
      this.issuers.set(iss, revoked);
    }
    return revoked;
  }

  private all(): Seconds[] {
    return [...this.issuers.values()].flatMap((revoked) => Object.values(revoked) as Seconds[]);
  }
}

function extend(seconds: Seconds, value: string, from: number): void {
  const known = seconds.get(value) ?? -Infinity;
  if (known >= from) return;
  seconds.delete(value); // so that it becomes the last in the order
  seconds.set(value, from);
}
