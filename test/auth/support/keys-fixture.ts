import { randomUUID } from 'node:crypto';
import { Clock } from '../../../src/auth/clock.js';
import { type AuthOptions, TrustedIssuers } from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { FakeClock } from './fake-clock.js';
import { type Fixture, startFixture } from './fixture.js';
import { CONTROLLERS } from './routes.controller.js';

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
export const UNKNOWN = { status: 401, code: 'key_unknown' };
export const FORGED = { status: 401, code: 'signature_invalid' };

/** An issuer, a module that trusts it, and a clock that only the test moves; new for each test. */
export class KeysFixture {
  clock!: FakeClock;
  issuer!: TestIssuer;
  private fixture?: Fixture;

  constructor() {
    beforeEach(async () => {
      this.clock = new FakeClock();
      this.issuer = await createTestIssuer({ now: this.clock.now });
    });
    afterEach(async () => {
      await this.stop();
      await this.issuer.close();
    });
  }

  async start(options: Partial<AuthOptions> = {}): Promise<void> {
    this.fixture = await startFixture({
      adapter: 'Fastify',
      issuer: this.issuer,
      controllers: CONTROLLERS,
      options: { jwksUri: this.issuer.jwksUri, ...options },
      override: (builder) => builder.overrideProvider(Clock).useValue(this.clock),
    });
  }

  async stop(): Promise<void> {
    await this.fixture?.close();
    this.fixture = undefined;
  }

  /** Starts the module and waits for the first key set. */
  async startWithKeys(options: Partial<AuthOptions> = {}): Promise<void> {
    await this.start(options);
    expect(await this.verify()).toEqual(ACCEPTED);
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
    const { status, headers, json } = await this.fixture!.get('/routes/closed', token);
    if (status === 200) return { status };
    const code = (json as { code?: string }).code;
    const seconds = headers['retry-after'];
    return { status, code, ...(seconds && { retryAfterSec: Number(seconds) }) };
  }

  /** Verifies many tokens at once. */
  verifyAll(count: number, token: () => string = () => this.mint()): Promise<Outcome[]> {
    return Promise.all(Array.from({ length: count }, () => this.verify(token())));
  }

  get log() {
    return this.fixture!.log;
  }

  /** What was logged about signing keys, with `I` for the issuer. */
  logged(): string[] {
    const lines = this.log.starting('Signing keys');
    return lines.map(({ message }) => message.replaceAll(this.issuer.url, 'I'));
  }

  status() {
    return this.fixture!.app.get(TrustedIssuers).status()[0]!;
  }

  isFetching(): boolean {
    const [trusted] = this.fixture!.app.get<Internals>(TrustedIssuers).issuers;
    return trusted!.keys.fetching !== undefined;
  }

  /** Moves the clock until a fetch is due, and waits until it has failed. */
  async failOnce(advanceMs: number): Promise<void> {
    const before = this.issuer.fetches.jwks;
    this.clock.advance(advanceMs);
    await until(() => this.issuer.fetches.jwks > before && !this.isFetching());
  }

  /** Moves the clock until a refresh is due, and waits until it has succeeded. */
  async refresh(advanceMs = 8 * MINUTE): Promise<void> {
    this.clock.advance(advanceMs);
    await until(() => this.status().ageSec === 0 && !this.isFetching());
  }
}

/** The state of the module that tells when a fetch has ended. */
interface Internals {
  issuers: { keys: { fetching?: Promise<void> } }[];
}

/** Waits for what the module does in the background over real HTTP. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`This did not happen: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
