import type { ReplayStore } from '../../../src/auth/index.js';
import {
  createDpopKey,
  createTestIssuer,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { CatsController, DpopClient, PUBLIC_URL } from './support.js';

const MAX_AGE_MS = 60_000;
const TOO_OLD = {
  status: 401,
  json: {
    code: 'dpop_proof_invalid',
    message: 'The iat claim of the DPoP proof is too far from the present time.',
  },
};

/** What a request may wait for between its proof and the replay memory, and in that memory. */
class Waits {
  revocationMs = 0;
  memoryMs = 0;
}

/** Forgets like Redis: `ttlMs` counts from when the command arrives. */
class RemoteStore implements ReplayStore {
  private readonly endsAt = new Map<string, number>();

  constructor(
    private readonly clock: FakeClock,
    private readonly waits: Waits,
  ) {}

  async remember(key: string, ttlMs: number): Promise<boolean> {
    this.clock.advance(this.waits.memoryMs);
    const now = this.clock.now();
    if ((this.endsAt.get(key) ?? -Infinity) >= now) return false;
    this.endsAt.set(key, now + ttlMs);
    return true;
  }
}

describe.each(
  ADAPTERS.flatMap(([adapter]) => [[adapter, 'memory'] as const, [adapter, 'Redis'] as const]),
)(
  'A proof at the end of its time, on %s with replays in %s (RFC 9449 §11.1)',
  (adapter, memory) => {
    const clock = new FakeClock();
    const waits = new Waits();
    let issuer: TestIssuer;
    let fixture: Fixture;
    let client: DpopClient;

    beforeAll(async () => {
      issuer = await createTestIssuer({ now: clock.now });
      const replays = memory === 'Redis' ? new RemoteStore(clock, waits) : undefined;
      fixture = await startFixture({
        adapter,
        issuer,
        clock,
        controllers: [CatsController],
        options: {
          publicUrl: PUBLIC_URL,
          dpop: { mode: 'allowed', replays },
          isRevoked: () => {
            clock.advance(waits.revocationMs);
            return false;
          },
        },
        setup: (app) => app.setGlobalPrefix('api'),
      });
      client = new DpopClient(await createDpopKey('ES256', clock.now), issuer, fixture.ask);
    });

    beforeEach(() => {
      Object.assign(waits, new Waits());
    });

    afterAll(async () => {
      await fixture.close();
      await issuer.close();
    });

    it('is not accepted again by a request that waits until it is forgotten', async () => {
      const proof = client.proof();
      expect(await client.sendWith(proof)).toMatchObject({ status: 200 });
      clock.advance(MAX_AGE_MS);
      waits.revocationMs = 10;
      expect(await client.sendWith(proof)).toMatchObject(TOO_OLD);
    });

    it('is not accepted twice by requests that wait together', async () => {
      const proof = client.proof();
      clock.advance(MAX_AGE_MS);
      waits.revocationMs = 10;
      const answers = await Promise.all([client.sendWith(proof), client.sendWith(proof)]);
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(2);
    });

    if (memory === 'Redis') {
      it('is not accepted again when the memory answers late', async () => {
        const proof = client.proof();
        expect(await client.sendWith(proof)).toMatchObject({ status: 200 });
        clock.advance(MAX_AGE_MS);
        waits.memoryMs = 10;
        expect(await client.sendWith(proof)).toMatchObject(TOO_OLD);
      });
    }
  },
);
