import type { KeyObject } from 'node:crypto';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Algorithm } from '../algorithms.js';
import { ResolvedAuthOptions } from '../auth.options.js';
import { Clock } from '../clock.js';
import { InvalidTokenError } from '../refusals/auth.errors.js';
import { claimOf } from '../token/claim-path.js';
import type { CompactJws } from '../token/compact-jws.js';
import { IssuerKeys } from './issuer-keys.js';
import type { IssuerStatus } from './issuer-status.js';
import type { SigningKey } from './key-set.js';

/** What the tokens of one issuer are verified with: its published keys, or a shared secret. */
type VerificationKeys = Pick<
  IssuerKeys,
  'issuer' | 'start' | 'stop' | 'mayHaveIssued' | 'find' | 'findReplacement' | 'trusts' | 'status'
>;

/** A configured issuer and its keys. */
export interface TrustedIssuer {
  readonly audience: readonly string[];
  readonly algorithms: readonly Algorithm[];
  readonly keys: VerificationKeys;
}

/** The issuers whose tokens are accepted. Keys of one issuer never verify a token of another. */
@Injectable()
export class TrustedIssuers implements OnModuleInit, OnApplicationShutdown {
  private readonly issuers: readonly TrustedIssuer[];

  constructor(options: ResolvedAuthOptions, clock: Clock) {
    this.issuers = options.issuers.map((issuer) => ({
      audience: issuer.audience,
      algorithms: issuer.algorithms,
      keys: issuer.secret
        ? sharedSecret(issuer.issuer, issuer.secret)
        : new IssuerKeys(issuer, options, clock),
    }));
  }

  /**
   * The configured issuer that a token names. Nothing is fetched from any other issuer.
   *
   * @throws InvalidTokenError `issuer_mismatch`.
   */
  of(iss: unknown): TrustedIssuer {
    const issuer = this.issuers.find(({ keys }) => keys.mayHaveIssued(iss));
    if (issuer) return issuer;
    const expected = this.issuers.map(({ keys }) => keys.issuer);
    throw new InvalidTokenError('issuer_mismatch', { detail: { expected, actual: iss } });
  }

  /**
   * The key that a token must be signed with. The token is not verified.
   *
   * @throws InvalidTokenError `issuer_mismatch`, `algorithm_not_allowed` or `key_unknown`.
   * @throws TemporarilyUnavailableError `keys_unavailable` when the issuer cannot be asked now.
   */
  async keyOf(jws: CompactJws): Promise<{ issuer: TrustedIssuer; key: SigningKey }> {
    const issuer = this.of(claimOf(jws.payload, 'iss'));
    const { alg } = jws.header;
    if (!(issuer.algorithms as readonly string[]).includes(alg)) {
      throw new InvalidTokenError('algorithm_not_allowed', {
        detail: { expected: issuer.algorithms, actual: alg },
      });
    }
    return { issuer, key: await issuer.keys.find(jws) };
  }

  status(): IssuerStatus[] {
    return this.issuers.map(({ keys }) => keys.status());
  }

  onModuleInit(): void {
    for (const { keys } of this.issuers) keys.start();
  }

  /** After the server has closed: requests under way still need keys. */
  onApplicationShutdown(): void {
    for (const { keys } of this.issuers) keys.stop();
  }
}

/** The secret of an issuer that signs with HS256 (RFC 7518 §3.2): one key, whatever the `kid`. */
function sharedSecret(issuer: string, secret: KeyObject): VerificationKeys {
  const key: SigningKey = { algorithms: ['HS256'], key: secret };
  return {
    issuer,
    start: () => {},
    stop: () => {},
    mayHaveIssued: (iss) => iss === issuer,
    find: async () => key,
    findReplacement: async () => undefined,
    trusts: (other) => other === key,
    status: () => ({ issuer, isReady: true, fetches: 0, failedFetches: 0 }),
  };
}
