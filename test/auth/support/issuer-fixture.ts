import { randomUUID } from 'node:crypto';
import { AuthError, type AuthOptions } from '../../../src/auth/index.js';
import type { RefreshedKeySet } from '../../../src/auth/keys/refreshed-key-set.js';
import { TrustedIssuers } from '../../../src/auth/keys/trusted-issuers.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { FakeClock } from './fake-clock.js';
import { startVerifier, type VerifierFixture } from './fixture.js';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** The result of verifying a token. */
export interface Outcome {
  status: number;
  code?: string;
  retryAfterSec?: number;
}

export const ACCEPTED: Outcome = { status: 200 };
export const UNAVAILABLE = { status: 503, code: 'keys_unavailable' };
export const UNKNOWN: Outcome = { status: 401, code: 'key_unknown' };
export const FORGED: Outcome = { status: 401, code: 'signature_invalid' };

/** What these tests read of the module to know when a fetch has ended. */
interface Internals {
  issuers: { keys: { keySet: RefreshedKeySet } }[];
}

/** An ES256 issuer, a module that trusts it and a clock that the test moves; new for each test. */
export class IssuerFixture {
  clock!: FakeClock;
  issuer!: TestIssuer;
  private fixture?: VerifierFixture;

  constructor() {
    beforeEach(async () => {
      this.clock = new FakeClock();
      this.issuer = await createTestIssuer({ now: this.clock.now, algorithms: ['ES256'] });
    });
    afterEach(async () => {
      await this.stop();
      await this.issuer.close();
    });
  }

  async start(options: Partial<AuthOptions> = {}): Promise<void> {
    const { issuer, clock } = this;
    const defaults = { jwksUri: issuer.jwksUri, algorithms: ['ES256' as const] };
    this.fixture = await startVerifier({ issuer, clock, options: { ...defaults, ...options } });
  }

  async stop(): Promise<void> {
    await this.fixture?.close();
    this.fixture = undefined;
  }

  /** Starts the module and waits for the first key set. */
  async startWithKeys(options: Partial<AuthOptions> = {}): Promise<void> {
    await this.start(options);
    await until(() => !this.isFetching());
  }

  /** Starts the module without `jwksUri`, so that it uses the discovery document. */
  async discover(issuer: string = this.issuer.url): Promise<void> {
    await this.start({ jwksUri: undefined, issuer });
  }

  /** A valid token that does not expire during a test. */
  mint(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
    return this.issuer.mint({ exp: 1e12, ...claims }, header);
  }

  /** A token whose `kid` the issuer does not publish. */
  unknownToken(claims: Record<string, unknown> = {}): string {
    return this.mint(claims, { kid: randomUUID() });
  }

  async verify(token: string = this.mint()): Promise<Outcome> {
    try {
      await this.fixture!.verifier.verify(token);
      return ACCEPTED;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      const { code, retryAfterSec } = error;
      return { status: error.getStatus(), code, ...(retryAfterSec && { retryAfterSec }) };
    }
  }

  /** Verifies many tokens at once. */
  verifyAll(count: number, token: () => string = () => this.mint()): Promise<Outcome[]> {
    return Promise.all(Array.from({ length: count }, () => this.verify(token())));
  }

  get verifier() {
    return this.fixture!.verifier;
  }

  get log() {
    return this.fixture!.log;
  }

  /** What was logged about signing keys, with `I` for the issuer. */
  logged(): string[] {
    return this.log.lines
      .map(({ message }) => message.replaceAll(this.issuer.url, 'I'))
      .filter((message) => message.includes('signing keys of I'));
  }

  isFetching(): boolean {
    return this.internals().fetching !== undefined;
  }

  /** Whether the last attempt to fetch has failed. */
  isOut(): boolean {
    return this.internals().hasFailed;
  }

  /** Moves the clock until a fetch is due, and waits until it has failed. */
  async failOnce(advanceMs: number): Promise<void> {
    const before = this.issuer.fetches.jwks;
    this.clock.advance(advanceMs);
    await until(() => this.issuer.fetches.jwks > before && !this.isFetching());
    if (!this.isOut()) throw new Error('The fetch has succeeded.');
  }

  /** Moves the clock until a refresh is due, and waits until it has succeeded. */
  async refresh(advanceMs = 8 * MINUTE): Promise<void> {
    this.clock.advance(advanceMs);
    await until(
      () => this.internals().latest?.fetchedAt === this.clock.now() && !this.isFetching(),
    );
  }

  private internals() {
    const { issuers } = this.fixture!.module.get<Internals>(TrustedIssuers);
    return issuers[0]!.keys.keySet;
  }
}

/** Waits for what the module does in the background over real HTTP. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`This did not happen: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
