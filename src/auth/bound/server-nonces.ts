import { createHmac, type KeyObject } from 'node:crypto';
import type { Clock } from '../clock.js';

/** A nonce is accepted in its period and in the next one. */
const PERIOD_MS = 5 * 60 * 1000;

/**
 * The nonces that proofs must have (RFC 9449 §9): one per period, derived from a secret, so that
 * nothing is stored and all instances with the secret accept the same ones.
 */
export class ServerNonces {
  constructor(
    private readonly secret: KeyObject,
    private readonly clock: Clock,
  ) {}

  /** The nonce of this period. */
  get current(): string {
    return this.of(this.period);
  }

  /** The nonce of the period before. */
  get previous(): string {
    return this.of(this.period - 1);
  }

  private get period(): number {
    return Math.floor(this.clock.now() / PERIOD_MS);
  }

  private of(period: number): string {
    return createHmac('sha256', this.secret).update(`DPoP ${period}`).digest('base64url');
  }
}
