import type { KeyObject } from 'node:crypto';
import type { SigningKey } from './key-set.js';
import type { KeysStatus, VerificationKeys } from './verification-keys.js';

/**
 * The secret of an issuer that signs with HS256 (RFC 7518 §3.2): there is one, it is here from the start, and a `kid`
 * does not matter. That a token's `alg` is HS256 is for the issuer's list of algorithms to say.
 */
export class SharedSecret implements VerificationKeys {
  private readonly key: SigningKey;

  constructor(
    readonly issuer: string,
    secret: KeyObject,
  ) {
    this.key = { algorithms: ['HS256'], key: secret };
  }

  start(): void {}

  stop(): void {}

  mayHaveIssued(iss: unknown): boolean {
    return iss === this.issuer;
  }

  find(): SigningKey {
    return this.key;
  }

  vouchesFor(key: SigningKey): boolean {
    return key === this.key;
  }

  status(): KeysStatus {
    return { issuer: this.issuer, isOut: false, keys: [{ algorithms: this.key.algorithms }] };
  }
}
