import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ResolvedAuthOptions, type ResolvedIssuer } from '../auth.options.js';
import { Clock } from '../clock.js';
import { InvalidTokenError } from '../refusals/auth.errors.js';
import { IssuerKeys } from './issuer-keys.js';
import { fetchPublishedKeys } from './jwks-source.js';
import { SharedSecret } from './shared-secret.js';
import type { KeysStatus, VerificationKeys } from './verification-keys.js';

/** A configured issuer with its keys. */
export interface TrustedIssuer extends Omit<ResolvedIssuer, 'secret'> {
  readonly keys: VerificationKeys;
}

/** The issuers whose tokens are accepted. Keys of one never verify a token of another. */
@Injectable()
export class TrustedIssuers implements OnModuleInit, OnApplicationShutdown {
  private readonly issuers: readonly TrustedIssuer[];

  constructor(options: ResolvedAuthOptions, clock: Clock) {
    const logger = new Logger(IssuerKeys.name);
    this.issuers = options.issuers.map(({ secret, ...issuer }) => ({
      ...issuer,
      keys:
        secret === undefined
          ? new IssuerKeys(
              issuer.issuer,
              issuer.jwksUri === undefined,
              options,
              (signal) => fetchPublishedKeys(issuer, signal),
              clock,
              logger,
            )
          : new SharedSecret(issuer.issuer, secret),
    }));
  }

  /**
   * The configured issuer that a token says it is from.
   *
   * @throws InvalidTokenError `issuer_mismatch`: nothing is ever fetched from an issuer that is not configured.
   */
  of(iss: unknown): TrustedIssuer {
    const issuer = this.issuers.find(({ keys }) => keys.mayHaveIssued(iss));
    if (issuer) return issuer;
    const expected = this.issuers.map(({ keys }) => keys.issuer);
    throw new InvalidTokenError('issuer_mismatch', { detail: { expected, actual: iss } });
  }

  /** The state of every issuer's keys, for a health check or metrics. */
  status(): KeysStatus[] {
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
